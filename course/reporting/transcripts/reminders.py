"""When a mail reminds of a license's expiry. Pure."""

from datetime import date

DAYS = (90, 30, 7)  # before the expiry
MAIL_HOUR = 12  # UTC, from which a mail may go: the date is the same from Honolulu to New York then


def due(expires_on: date, today: date) -> int | None:
    """The reminder that is due, one of DAYS: a missed one goes later, unless the next is due by then.

    None before the first, and once the license is expired.
    """
    left = (expires_on - today).days
    return min((days for days in DAYS if left <= days), default=None) if left >= 0 else None

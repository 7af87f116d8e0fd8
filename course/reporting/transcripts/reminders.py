"""When a mail reminds of a license's expiration."""

from datetime import date

DAYS_BEFORE = (90, 30, 7)
FIRST_MAIL_HOUR_UTC = 12  # from then on it is the same date from Honolulu to New York


def due(expires_on: date, today: date) -> int | None:
    """Return which reminder is due, one of DAYS_BEFORE; None before the first one and after the expiration.

    A missed reminder stays due until the next one is.
    """
    left = (expires_on - today).days
    return min((days for days in DAYS_BEFORE if left <= days), default=None) if left >= 0 else None

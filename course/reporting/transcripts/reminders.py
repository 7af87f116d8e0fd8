"""When a mail reminds of a license's expiration, or of another day."""

from collections.abc import Sequence
from datetime import date

DAYS_BEFORE = (90, 30, 7)
FIRST_MAIL_HOUR_UTC = 12  # from then on it is the same date from Honolulu to New York


def due(on: date, today: date, days_before: Sequence[int] = DAYS_BEFORE) -> int | None:
    """Return which reminder of a day is due, one of `days_before`; None before the first one and after the day.

    A missed reminder stays due until the next one is.
    """
    left = (on - today).days
    return min((days for days in days_before if left <= days), default=None) if left >= 0 else None

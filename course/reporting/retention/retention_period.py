"""How long the record of a person's education is kept after they close their account."""

from collections.abc import Iterable
from datetime import date, datetime

# Providers must keep learners' records for at least seven years, according to secondary sources about ANSI/IACET (the
# standard itself is sold). Boards that let licensees keep their own proof ask for three or four (Connecticut, Florida).
RETENTION_YEARS = 7


def kept_until(moments: Iterable[datetime]) -> date | None:
    """Return the last day on which the record is kept, counted from the latest moment; None if there is none."""
    latest = max(moments, default=None)
    return None if latest is None else _years_later(latest.date())


def _years_later(day: date) -> date:
    try:
        return day.replace(year=day.year + RETENTION_YEARS)
    except ValueError:  # February 29 in a year that has none
        return date(day.year + RETENTION_YEARS, 3, 1)

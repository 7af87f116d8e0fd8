"""How long the record of a person's education is kept after they have closed their account."""

from collections.abc import Iterable
from datetime import date, datetime

# Providers keep learners' records for at least seven years (ANSI/IACET as secondary sources tell it; the standard
# itself is sold). Boards that let licensees keep their own proof ask for three or four (Connecticut, Florida).
KEPT_YEARS = 7


def kept_until(moments: Iterable[datetime]) -> date | None:
    """The last day on which the record is kept, by the newest completion or certificate; None where there is none."""
    newest = max(moments, default=None)
    return None if newest is None else _years_later(newest.date())


def _years_later(day: date) -> date:
    try:
        return day.replace(year=day.year + KEPT_YEARS)
    except ValueError:  # February 29
        return date(day.year + KEPT_YEARS, 3, 1)

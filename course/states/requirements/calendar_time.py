"""Years and months by the calendar."""

from calendar import monthrange
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """Return the day that is `months` later, or earlier if negative: the last of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return date.min if year < date.min.year else date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_of(years: float) -> int:
    """Return a number of years as whole months, rounded up."""
    return -int(-years * 12 // 1)


def length(first: date, end: date) -> str:
    """Return the time between two days in words, such as `1 year and 3 months`; `end` is not part of it."""
    months = (end.year - first.year) * 12 + end.month - first.month
    months -= add_months(first, months) > end
    years, rest = divmod(max(0, months), 12)
    parts = [f"{n} {noun}{'' if n == 1 else 's'}" for n, noun in ((years, "year"), (rest, "month")) if n]
    return " and ".join(parts) or "less than a month"

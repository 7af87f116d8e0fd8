"""The renewal periods of a license, from its expiration date and the length of a period in months."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class RenewalPeriod:
    """First and last day, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def period_of(day: date, expires_on: date, months: int) -> RenewalPeriod:
    """Return the period with this day. Periods follow each other without a gap, before and after the expiration.

    Each ends on the expiration's day of the month. It ends on the last day of the month if the month is too short or
    the expiration is itself on the last day of its month.
    """
    distance = (day.year - expires_on.year) * 12 + day.month - expires_on.month
    number = -(-distance // months)  # rounded up: the period that ends in the day's month or later
    if day > _end(expires_on, number * months):
        number += 1
    return RenewalPeriod(_end(expires_on, (number - 1) * months) + ONE_DAY, _end(expires_on, number * months))


def _end(expires_on: date, months: int) -> date:
    year, month = divmod(expires_on.year * 12 + expires_on.month - 1 + months, 12)
    last_day = monthrange(year, month + 1)[1]
    is_last_day = expires_on.day == monthrange(expires_on.year, expires_on.month)[1]
    return date(year, month + 1, last_day if is_last_day else min(expires_on.day, last_day))

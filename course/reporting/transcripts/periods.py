"""The periods for which a license is renewed, from its expiry and how long it is renewed for. Pure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Period:
    """First and last day, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def period_of(day: date, expires_on: date, months: int) -> Period:
    """The period in which the day lies. Periods follow each other without a gap, before and after the expiry.

    Each ends on the expiry's day of the month, or on the month's last where it has no such day or the expiry is the
    last of its own.
    """
    distance = (day.year - expires_on.year) * 12 + day.month - expires_on.month
    number = -(-distance // months)  # the day's month lies in it, or ends it
    if day > _end(expires_on, number * months):
        number += 1
    return Period(_end(expires_on, (number - 1) * months) + DAY, _end(expires_on, number * months))


def _end(expires_on: date, months: int) -> date:
    year, month = divmod(expires_on.year * 12 + expires_on.month - 1 + months, 12)
    longest = monthrange(year, month + 1)[1]
    at_the_end = expires_on.day == monthrange(expires_on.year, expires_on.month)[1]
    return date(year, month + 1, longest if at_the_end else min(expires_on.day, longest))

"""Dated evidence, and the first day on which there is enough of it."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from course.states.requirements.calendar_time import add_months
from course.states.requirements.judgment import Counted, NotCounted

Check = tuple[bool | None, str]  # whether it is satisfied, None: unknown; and why not
Enough = Callable[[Sequence["Item"]], bool]


@dataclass(frozen=True, kw_only=True)
class Item:
    """Evidence of a day. `counts`: None: unknown. `why`: why it doesn't count. `minutes`: its length, if it has one.

    `topics`: None: not on record. `is_online`: whether a limit for online hours concerns it.
    """

    what: str
    on: date
    proof: str
    amount: str = ""
    minutes: int = 0
    is_online: bool = False
    topics: frozenset[str] | None = frozenset()
    counts: bool | None = True
    why: str = ""

    def checked(self, *checks: Check) -> "Item":
        """Return the item with more checks: it counts if all are satisfied, and not if one is not."""
        failed = next((check for check in checks if check[0] is False), None)
        unknown = next((check for check in checks if check[0] is None), None)
        if self.counts is False or not (failed or unknown):
            return self
        if failed:
            return replace(self, counts=False, why=failed[1])
        return self if self.counts is None else replace(self, counts=None, why=unknown[1] if unknown else "")

    @property
    def counted(self) -> Counted:
        """Return it as evidence that counts."""
        return Counted(self.what, self.amount, self.proof)

    @property
    def not_counted(self) -> NotCounted:
        """Return it as evidence that doesn't count."""
        return NotCounted(self.what, self.why)


def certain(items: Iterable[Item]) -> list[Item]:
    """Return what counts, earliest first."""
    return sorted((item for item in items if item.counts), key=lambda item: item.on)


def possible(items: Iterable[Item]) -> list[Item]:
    """Return what counts or may count, earliest first."""
    return sorted((item for item in items if item.counts is not False), key=lambda item: item.on)


def first_day(items: Sequence[Item], enough: Enough, months: int | None = None) -> date | None:
    """Return the first day on which there is enough, or None. `items`: earliest first.

    `months`: all of it has to lie within that time, from the first item to the last.
    """
    if months is None:
        ends = range(len(items) + 1)
        end = bisect_left(ends, True, key=lambda n: enough(items[:n]))
        return items[max(end, 1) - 1].on if items and end < len(ends) else None
    for day in sorted({item.on for item in items}):
        if enough(_window(items, day, months)):
            return day
    return None


def fullest(items: Sequence[Item], amount: Callable[[Sequence[Item]], float], months: int | None) -> Sequence[Item]:
    """Return the items of the time span with the largest amount, the latest of several; all without a limit."""
    if months is None or not items:
        return items
    days = sorted({item.on for item in items}, reverse=True)
    return max((_window(items, day, months) for day in days), key=amount)


def _window(items: Sequence[Item], last: date, months: int) -> Sequence[Item]:
    """Return the items of the months up to the last day. A log has hundreds, so none is looked at twice."""
    start = bisect_left(items, last, key=lambda item: add_months(item.on, months))
    return items[start : bisect_right(items, last, key=lambda item: item.on)]

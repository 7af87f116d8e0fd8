"""Five minutes a day: the items of today's session in order, and the items due on the days after. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from course.assessment.practice.schedule import Memory

SESSION_SECONDS = 300
DEFAULT_SIZE = 10  # items, until the person's pace is known
MIN_SIZE, MAX_SIZE = 3, 30
DAY_START = timedelta(hours=10)  # UTC: night from Honolulu to New York, so that an evening is one day of review
MAIL_HOUR = 12  # UTC; no reminder is sent earlier in the day


@dataclass(frozen=True)
class ReviewItem:
    """An item that may be asked, with its memory and its due time. `stored` is whether it has a card yet."""

    item_id: str
    memory: Memory
    due_at: datetime
    stored: bool


@dataclass(frozen=True)
class ReviewSession:
    """Today's review: `done` items were answered, `waiting` are due in this order, and `size` items fill five minutes.

    A person who continues after five minutes gets another five.
    """

    done: int
    waiting: tuple[ReviewItem, ...]
    size: int

    @property
    def paused(self) -> bool:
        """Whether five minutes are over and the next five have not begun."""
        return self.done > 0 and self.done % self.size == 0

    @property
    def reached(self) -> int:
        """How many items were answered in the current five minutes, or in those that have just ended."""
        return self.size if self.paused else self.done % self.size

    @property
    def rest(self) -> int:
        """How many items are left in them."""
        return 0 if self.paused else self.ahead

    @property
    def ahead(self) -> int:
        """How many items are left in the current five minutes, or in the next five."""
        return min(len(self.waiting), self.size - self.done % self.size)

    @property
    def position(self) -> int:
        """The number of the next item, from 1."""
        return self.done % self.size + 1

    @property
    def length(self) -> int:
        return self.done % self.size + self.ahead

    @property
    def following(self) -> str | None:
        """The id of the next item, or None when today's review is done."""
        return next((item.item_id for item in self.waiting if item.stored), None) if self.rest else None


def day_of(moment: datetime) -> date:
    """Return the day of review of a moment. A day begins at night in the United States."""
    return (moment.astimezone(UTC) - DAY_START).date()


def begin_of(day: date) -> datetime:
    """Return the moment at which a day of review begins."""
    return datetime.combine(day, time(), UTC) + DAY_START


def size(pace: float | None) -> int:
    """Return how many items fill five minutes at a mean of `pace` seconds each."""
    return min(MAX_SIZE, max(MIN_SIZE, round(SESSION_SECONDS / pace))) if pace else DEFAULT_SIZE


def waiting(items: Sequence[ReviewItem], now: datetime) -> tuple[ReviewItem, ...]:
    """Return the items that are due by the end of today: failed items first, then the most overdue."""
    due = [item for item in items if day_of(item.due_at) <= day_of(now)]
    return tuple(sorted(due, key=lambda item: (not item.memory["failed"], item.due_at, item.item_id)))


def coming(items: Sequence[ReviewItem], now: datetime, days: int = 7) -> list[tuple[date, int]]:
    """Return how many items are due on each of the next `days` days. Overdue items count for today."""
    today = day_of(now)
    counts = Counter(max(today, day_of(item.due_at)) for item in items)
    return [(day, counts[day]) for day in (today + timedelta(n) for n in range(days))]


def next_day(items: Sequence[ReviewItem], now: datetime) -> tuple[date, int] | None:
    """Return the next day after today on which items are due, and how many."""
    later = Counter(day for item in items if (day := day_of(item.due_at)) > day_of(now))
    return min(later.items(), default=None)

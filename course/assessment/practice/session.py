"""Five minutes a day: what is asked today and in which order, and what is due on the days after. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from course.assessment.practice.schedule import Memory

SECONDS = 300
WITHOUT_PACE = 10  # items, before it is known how long the person takes for one
LEAST, MOST = 3, 30
DAY_BEGINS = timedelta(hours=10)  # UTC: night from Honolulu to New York, so that no evening is cut in two
MAIL_HOUR = 12  # UTC, from which a mail may go


@dataclass(frozen=True)
class Entry:
    """An item that may be asked, what is remembered of it and when it is due. `stored`: there is a card of it."""

    item_id: str
    memory: Memory
    due_at: datetime
    stored: bool


@dataclass(frozen=True)
class Session:
    """`done` items were answered today, `waiting` are due now, in this order; `size` fill five minutes.

    Whoever goes on after five minutes gets another five.
    """

    done: int
    waiting: tuple[Entry, ...]
    size: int

    @property
    def paused(self) -> bool:
        """Whether five minutes are over and no others have begun."""
        return self.done > 0 and self.done % self.size == 0

    @property
    def reached(self) -> int:
        """Items answered of the five minutes that run, or that are just over."""
        return self.size if self.paused else self.done % self.size

    @property
    def rest(self) -> int:
        """Items left of them."""
        return 0 if self.paused else self.ahead

    @property
    def ahead(self) -> int:
        """Items left of the five minutes that run, or of the next ones."""
        return min(len(self.waiting), self.size - self.done % self.size)

    @property
    def position(self) -> int:
        """The number of the item that is asked next."""
        return self.done % self.size + 1

    @property
    def length(self) -> int:
        return self.done % self.size + self.ahead

    @property
    def following(self) -> str | None:
        """The item that is asked next; None once it is enough for today."""
        return next((entry.item_id for entry in self.waiting if entry.stored), None) if self.rest else None


def day_of(moment: datetime) -> date:
    """The day of a review, which begins at night in the United States."""
    return (moment.astimezone(UTC) - DAY_BEGINS).date()


def begin_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC) + DAY_BEGINS


def size(pace: float | None) -> int:
    """How many items fill five minutes at a mean of `pace` seconds each."""
    return min(MOST, max(LEAST, round(SECONDS / pace))) if pace else WITHOUT_PACE


def waiting(entries: Sequence[Entry], now: datetime) -> tuple[Entry, ...]:
    """What is due in the course of today: failed items first, then the most overdue."""
    due = [entry for entry in entries if day_of(entry.due_at) <= day_of(now)]
    return tuple(sorted(due, key=lambda entry: (not entry.memory["failed"], entry.due_at, entry.item_id)))


def coming(entries: Sequence[Entry], now: datetime, days: int = 7) -> list[tuple[date, int]]:
    """How many items are due on each of so many days, today with all that is overdue first."""
    today = day_of(now)
    counts = Counter(max(today, day_of(entry.due_at)) for entry in entries)
    return [(day, counts[day]) for day in (today + timedelta(n) for n in range(days))]


def next_day(entries: Sequence[Entry], now: datetime) -> tuple[date, int] | None:
    """The next day after today on which items are due, and how many."""
    later = Counter(day for entry in entries if (day := day_of(entry.due_at)) > day_of(now))
    return min(later.items(), default=None)

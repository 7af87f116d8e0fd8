"""The period of a course cycle. What a person does in a course counts for the cycle that is running at the time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from course.content.schema.course import Course


class CycleStart(Protocol):
    """The start of a cycle after the first. `active_before` is the active seconds by module of all earlier cycles."""

    @property
    def number(self) -> int: ...
    @property
    def opened_at(self) -> datetime: ...
    @property
    def active_before(self) -> Mapping[str, int]: ...


@dataclass(frozen=True)
class CyclePeriod:
    """One cycle of a course: after `since` (None: from the beginning) up to `until` (None: it is still running)."""

    number: int = 1
    since: datetime | None = None
    until: datetime | None = None
    active_before: Mapping[str, int] = field(default_factory=dict)
    active_at_end: Mapping[str, int] | None = None

    def active(self, measured: Mapping[str, int]) -> dict[str, int]:
        """Return this cycle's seconds by module, given those measured over all cycles."""
        total = measured if self.active_at_end is None else self.active_at_end
        return {module: seconds - self.active_before.get(module, 0) for module, seconds in total.items()}

    def has(self, at: datetime) -> bool:
        """Return whether the moment falls into this cycle."""
        return (self.since is None or self.since < at) and (self.until is None or at <= self.until)


def period_of(starts: Sequence[CycleStart], number: int | None = None) -> CyclePeriod:
    """Return the period of that cycle, or of the running one. `starts` are in order, from the second cycle on."""
    number = number or len(starts) + 1
    own = starts[number - 2] if number > 1 else None
    after = starts[number - 1] if number <= len(starts) else None
    return CyclePeriod(
        number,
        since=own.opened_at if own else None,
        until=after.opened_at if after else None,
        active_before=own.active_before if own else {},
        active_at_end=after.active_before if after else None,
    )


def since(starts: Mapping[str, Sequence[CycleStart]], courses: Iterable[Course], id_: str) -> datetime | None:
    """Return when the running cycle of a module or an assessment started; None in the first cycle."""
    started = [
        starts[course.id][-1].opened_at for course in courses if starts.get(course.id) and _includes(course, id_)
    ]
    return max(started, default=None)


def number_at(starts: Mapping[str, Sequence[CycleStart]], courses: Iterable[Course], id_: str, at: datetime) -> int:
    """Return how many new cycles of a module or an assessment had started by then."""
    started = [start.opened_at for course in courses if _includes(course, id_) for start in starts.get(course.id, ())]
    return sum(moment < at for moment in started)


def _includes(course: Course, id_: str) -> bool:
    return id_ in course.modules or id_ in course.assessments

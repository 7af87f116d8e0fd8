"""Since when what someone does in a course counts: from the beginning, or from when it was begun anew. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from course.content.schema.course import Course


class CycleStart(Protocol):
    """A renewal. `active_before`: measured seconds by module that earlier cycles have."""

    @property
    def number(self) -> int: ...
    @property
    def opened_at(self) -> datetime: ...
    @property
    def active_before(self) -> Mapping[str, int]: ...


@dataclass(frozen=True)
class CyclePeriod:
    """One cycle of a course: what was done after `since` (None: ever) and not after `until` (None: it still runs)."""

    number: int = 1
    since: datetime | None = None
    until: datetime | None = None
    active_before: Mapping[str, int] = field(default_factory=dict)
    active_at_end: Mapping[str, int] | None = None

    def active(self, measured: Mapping[str, int]) -> dict[str, int]:
        """Of the seconds `measured` over all cycles those of this one, by module."""
        whole = measured if self.active_at_end is None else self.active_at_end
        return {module: seconds - self.active_before.get(module, 0) for module, seconds in whole.items()}

    def has(self, at: datetime) -> bool:
        return (self.since is None or self.since < at) and (self.until is None or at <= self.until)


def period_of(openings: Sequence[CycleStart], number: int | None = None) -> CyclePeriod:
    """The cycle of that number; the running one without it. `openings` in order; the first cycle has none."""
    number = number or len(openings) + 1
    own = openings[number - 2] if number > 1 else None
    after = openings[number - 1] if number <= len(openings) else None
    return CyclePeriod(
        number,
        since=own.opened_at if own else None,
        until=after.opened_at if after else None,
        active_before=own.active_before if own else {},
        active_at_end=after.active_before if after else None,
    )


def since(openings: Mapping[str, Sequence[CycleStart]], courses: Iterable[Course], id_: str) -> datetime | None:
    """Since when a module or an assessment is done anew: the newest opening of a course that has it."""
    begun = [openings[one.id][-1].opened_at for one in courses if openings.get(one.id) and _has(one, id_)]
    return max(begun, default=None)


def number_at(openings: Mapping[str, Sequence[CycleStart]], courses: Iterable[Course], id_: str, at: datetime) -> int:
    """How often a module or an assessment had been begun anew by then; what has the same turn stands for each other."""
    begun = [one.opened_at for course in courses if _has(course, id_) for one in openings.get(course.id, ())]
    return sum(opened < at for opened in begun)


def _has(course: Course, id_: str) -> bool:
    return id_ in course.modules or id_ in course.assessments

"""A lab as a course, a certificate and the states' requirements count it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from course.content.schema.hours import Mode


@dataclass(frozen=True, kw_only=True)
class AttendedLab:
    """A lab that one person attended. `minutes`: those attended; `topics`: the same by topic id, rounded down.

    `instructors`: their names as they were then. `jurisdiction`: where the lab took place.
    """

    course_id: str
    title: str
    mode: Mode
    minutes: int
    topics: Mapping[str, int]
    ended_at: datetime
    jurisdiction: str
    instructors: tuple[str, ...]

"""What a course requires beyond its theory: labs, skills, supervised sessions and a determination of competence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from course.certificates.completion.requirement import Requirement, RequirementKind
from course.content.schema.catalog import Catalog
from course.content.schema.course import Course
from course.content.schema.hours import Mode
from course.learning.labs.attended_lab import AttendedLab
from course.learning.study.cycle_period import CyclePeriod


@dataclass(frozen=True, kw_only=True)
class HandsOnRecord:
    """What a person has done of it in a cycle. `skills`: when each was passed; `sessions`: when each took place."""

    labs: Sequence[AttendedLab] = ()
    skills: Mapping[str, datetime] = field(default_factory=dict)
    sessions: Sequence[datetime] = ()
    determined_at: datetime | None = None
    determination: str | None = None  # who found the person competent and when, in words


NOTHING = HandsOnRecord()


@dataclass(frozen=True, kw_only=True)
class SignedDetermination:
    """`words`: who found the person competent and when."""

    course_id: str
    at: datetime
    words: str


@dataclass(frozen=True, kw_only=True)
class HandsOnHistory:
    """What a person has done of it over all cycles. `skills`: when each was passed, by course and skill."""

    labs: Sequence[AttendedLab] = ()
    skills: Mapping[tuple[str, str], Sequence[datetime]] = field(default_factory=dict)
    sessions: Sequence[datetime] = ()
    determinations: Sequence[SignedDetermination] = ()

    def in_cycle(self, course_id: str, cycle: CyclePeriod) -> HandsOnRecord:
        """Return what counts in the cycle of the course."""
        passed = {
            skill: next((at for at in moments if cycle.has(at)), None)
            for (course, skill), moments in self.skills.items()
            if course == course_id
        }
        signed = [one for one in self.determinations if one.course_id == course_id and cycle.has(one.at)]
        return HandsOnRecord(
            labs=[lab for lab in self.labs if lab.course_id == course_id and cycle.has(lab.ended_at)],
            skills={skill: at for skill, at in passed.items() if at},
            sessions=[at for at in self.sessions if cycle.has(at)],
            determined_at=signed[0].at if signed else None,
            determination=signed[0].words if signed else None,
        )


NEVER = HandsOnHistory()


def minutes_of(course: Course, record: HandsOnRecord) -> dict[Mode, int]:
    """Return the minutes in labs by mode, at most as many as the course offers."""
    return {
        Mode.IN_PERSON: min(_attended(record, Mode.IN_PERSON), course.hands_on_minutes),
        Mode.LIVE_ONLINE: min(_attended(record, Mode.LIVE_ONLINE), course.live_minutes),
    }


def requirements(course: Course, catalog: Catalog, record: HandsOnRecord) -> Iterator[Requirement]:
    """Return what the course requires, each with what is there."""
    yield from _labs(course, record, Mode.IN_PERSON, course.hands_on_minutes, "Hands-on training")
    yield from _labs(course, record, Mode.LIVE_ONLINE, course.live_minutes, "Live online sessions")
    for id_ in course.skills:
        at = record.skills.get(id_)
        evidence = "signed off by an instructor" if at else "an instructor signs it off in a lab"
        yield Requirement(RequirementKind.SKILL, id_, catalog.skills.by_id[id_].title, at is not None, evidence, at)
    if wanted := course.supervised_sessions:
        done = sorted(record.sessions)
        at = done[wanted - 1] if len(done) >= wanted else None
        evidence = f"{len(done)} of {wanted} confirmed by their supervisors"
        yield Requirement(
            RequirementKind.SESSIONS, course.id, "Supervised treatment sessions", at is not None, evidence, at
        )
    if course.determination:
        at = record.determined_at
        evidence = "signed by an instructor" if at else "an instructor decides after the labs"
        yield Requirement(
            RequirementKind.DETERMINATION, course.id, "Determination of competence", at is not None, evidence, at
        )


def _labs(course: Course, record: HandsOnRecord, mode: Mode, wanted: int, title: str) -> Iterator[Requirement]:
    if not wanted:
        return
    attended, at = 0, None
    for lab in sorted(record.labs, key=lambda lab: lab.ended_at):
        if lab.mode == mode:
            attended += lab.minutes
            at = at or (lab.ended_at if attended >= wanted else None)
    evidence = f"{attended} of {wanted} minutes attended"
    yield Requirement(RequirementKind.HANDS_ON, f"{course.id}:{mode}", title, at is not None, evidence, at)


def _attended(record: HandsOnRecord, mode: Mode) -> int:
    return sum(lab.minutes for lab in record.labs if lab.mode == mode)

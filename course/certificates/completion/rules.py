"""What a course requires, what a person has done for it, and what is missing."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from course.assessment.attempts.scoring import Pass, in_words
from course.certificates.completion import hands_on
from course.certificates.completion.hands_on import NEVER, NOTHING, HandsOnHistory, HandsOnRecord
from course.certificates.completion.requirement import Requirement, RequirementKind
from course.content.schema.catalog import Catalog
from course.content.schema.course import Course
from course.content.schema.hours import Mode
from course.learning.study import contact_time, cycle_period, reading_time
from course.learning.study.cycle_period import CyclePeriod, CycleStart
from course.learning.study.reading_time import Completion, ModuleTime


@dataclass(frozen=True)
class CycleRecord:
    """What one person has done in a cycle of a course, by module, assessment or course id.

    `read`: section ids; `seconds`: time on record by module and section; `active`: active seconds measured by the
    browser.
    """

    read: Mapping[str, Set[str]]
    seconds: Mapping[str, Mapping[str, int | None]]
    read_at: Mapping[str, datetime]
    passes: Mapping[str, Pass]
    active: Mapping[str, int]
    evaluated_at: Mapping[str, datetime]
    email_confirmed_at: datetime | None
    has_license: bool
    hands_on: HandsOnRecord = NOTHING


@dataclass(frozen=True)
class LearningRecord:
    """What one person has done over all cycles. `studied`: module id -> section id -> completions, oldest first."""

    studied: Mapping[str, Mapping[str, Sequence[Completion]]]
    passes: Mapping[str, Sequence[Pass]]
    active: Mapping[str, int]
    evaluated: Mapping[tuple[str, int], datetime]
    cycles: Mapping[str, Sequence[CycleStart]]
    email_confirmed_at: datetime | None
    has_license: bool
    hands_on: HandsOnHistory = NEVER

    def in_cycle(self, course_id: str, number: int | None = None) -> CycleRecord:
        """Return what counts in that cycle of the course; without a number, in the running cycle."""
        cycle = cycle_period.period_of(self.cycles.get(course_id, ()), number)
        read = {module: _first(sections, cycle) for module, sections in self.studied.items()}
        passes = {id_: [one for one in every_pass if cycle.has(one.at)] for id_, every_pass in self.passes.items()}
        evaluated = self.evaluated.get((course_id, cycle.number))
        return CycleRecord(
            read={module: sections.keys() for module, sections in read.items()},
            seconds={module: {id_: one.seconds for id_, one in sections.items()} for module, sections in read.items()},
            read_at={module: max(one.at for one in sections.values()) for module, sections in read.items() if sections},
            passes={id_: in_cycle[0] for id_, in_cycle in passes.items() if in_cycle},
            active=cycle.active(self.active),
            evaluated_at={course_id: evaluated} if evaluated else {},
            email_confirmed_at=self.email_confirmed_at,
            has_license=self.has_license,
            hands_on=self.hands_on.in_cycle(course_id, cycle),
        )


def _first(sections: Mapping[str, Sequence[Completion]], cycle: CyclePeriod) -> dict[str, Completion]:
    """Return the first completion of each section in the cycle."""
    first = {section: next((one for one in times if cycle.has(one.at)), None) for section, times in sections.items()}
    return {section: one for section, one in first.items() if one}


@dataclass(frozen=True)
class CourseProgress:
    """`started`: whether anything of the course was done. `minutes`: contact minutes earned."""

    requirements: tuple[Requirement, ...]
    minutes: Mapping[Mode, int]
    started: bool
    hands_on: HandsOnRecord = NOTHING

    @property
    def missing(self) -> tuple[Requirement, ...]:
        return tuple(requirement for requirement in self.requirements if not requirement.met)

    @property
    def complete(self) -> bool:
        return not self.missing

    @property
    def completed_at(self) -> datetime | None:
        """When the last of the course's own requirements was met; None if the course is not complete."""
        moments = [r.at for r in self.requirements if r.kind in COURSEWORK and r.at]
        return max(moments) if self.complete and moments else None

    @property
    def share(self) -> tuple[int, int]:
        """Number of requirements met, and of all."""
        return len(self.requirements) - len(self.missing), len(self.requirements)


COURSEWORK = frozenset(
    {
        RequirementKind.STUDY,
        RequirementKind.QUIZ,
        RequirementKind.HANDS_ON,
        RequirementKind.SKILL,
        RequirementKind.SESSIONS,
        RequirementKind.DETERMINATION,
        RequirementKind.EVALUATION,
    }
)


def course_progress(course: Course, catalog: Catalog, record: CycleRecord) -> CourseProgress:
    """Return what the person has met and what is missing."""
    requirements = (
        *_study(course, catalog, record),
        *_quizzes(course, catalog, record),
        *hands_on.requirements(course, catalog, record.hands_on),
        _evaluation(course, record),
        *_person(record),
    )
    return CourseProgress(requirements, _minutes(course, catalog, record), _is_started(course, record), record.hands_on)


def _is_started(course: Course, record: CycleRecord) -> bool:
    studied = any(record.read.get(id_) or record.active.get(id_) for id_ in course.modules)
    studied = studied or bool(record.hands_on.labs or record.hands_on.skills)
    return studied or course.id in record.evaluated_at or any(id_ in record.passes for id_ in course.assessments)


def _study(course: Course, catalog: Catalog, record: CycleRecord) -> Iterator[Requirement]:
    for id_ in course.modules:
        module, read = catalog.modules[id_], record.read.get(id_, frozenset())
        done = sum(section.id in read for section in module.sections)
        time = reading_time.module_time(module, record.seconds.get(id_, {}))
        evidence = (
            f"{done} of {len(module.sections)} sections completed, {_time_spent(time, record.active.get(id_, 0))}"
        )
        met = contact_time.is_studied(module, read)
        at = record.read_at.get(id_) if met else None
        is_short = met and time is not None and time.is_short(catalog.reading_time)
        yield Requirement(RequirementKind.STUDY, id_, module.title, met, evidence, at, is_short)


def _time_spent(time: ModuleTime | None, active: int) -> str:
    measured = f"{active // 60} active minutes measured"
    if time is None:
        return measured
    return f"{time.recorded // 60} of {time.expected // 60} minutes of reading time on record, {measured}"


def _quizzes(course: Course, catalog: Catalog, record: CycleRecord) -> Iterator[Requirement]:
    for id_ in course.assessments:
        assessment = catalog.assessments[id_]
        title = catalog.title_of(assessment)
        passed = record.passes.get(id_)
        if passed:
            evidence = f"passed with {in_words(passed.points)} of {passed.scored}"
            yield Requirement(RequirementKind.QUIZ, id_, title, True, evidence, passed.at)
        else:
            yield Requirement(RequirementKind.QUIZ, id_, title, False, f"pass mark {assessment.pass_mark}%")


def _evaluation(course: Course, record: CycleRecord) -> Requirement:
    at = record.evaluated_at.get(course.id)
    return Requirement(
        RequirementKind.EVALUATION,
        course.id,
        "Course evaluation",
        at is not None,
        "submitted" if at else "a few questions",
        at,
    )


def _person(record: CycleRecord) -> Iterator[Requirement]:
    confirmed = record.email_confirmed_at
    evidence = "confirmed" if confirmed else "open the link in the email we sent"
    yield Requirement(RequirementKind.EMAIL, "", "Email address confirmed", confirmed is not None, evidence, confirmed)
    evidence = "on record" if record.has_license else "add the license for your certificate"
    yield Requirement(RequirementKind.LICENSE, "", "License in your profile", record.has_license, evidence)


def _minutes(course: Course, catalog: Catalog, record: CycleRecord) -> dict[Mode, int]:
    total = dict.fromkeys(Mode, 0)
    for id_ in course.modules:
        for mode, minutes in contact_time.minutes(catalog.modules[id_], record.read.get(id_, frozenset())).items():
            total[mode] += minutes
    for mode, minutes in hands_on.minutes_of(course, record.hands_on).items():
        total[mode] += minutes
    return total

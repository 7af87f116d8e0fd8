"""How far a course reaches toward a state's law: somebody who completed it and nothing else is judged by the engine."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from course.content.schema.catalog import Catalog
from course.content.schema.course import Course
from course.content.schema.hours import Mode
from course.content.schema.law import Absence, Area, Credential, Filing, Group, Law, Practice, Requirement, Unread
from course.states.requirements import wording
from course.states.requirements.engine import judge
from course.states.requirements.evidence import (
    Evidence,
    HeldLicense,
    PassedExamination,
    SignedDetermination,
    SupervisorFacts,
    Training,
    TreatmentSession,
)
from course.states.requirements.judgment import Judgment, Result, State, Verdict

OWN_KINDS = (Practice, Filing, Credential)
OWN_AREAS = frozenset({Area.PRACTICE, Area.FILING, Area.CREDENTIAL})


class Reach(StrEnum):
    """Whether the course gives all that a course can give."""

    SUFFICES = "suffices"
    SHORT = "short"
    UNKNOWN = "unknown"
    PENDING = "pending"
    PROHIBITED = "prohibited"

    @property
    def words(self) -> str:
        """Return the reach as it is printed."""
        return WORDS[self]


WORDS = {
    Reach.SUFFICES: "Suffices",
    Reach.SHORT: "Falls short",
    Reach.UNKNOWN: "Can't be judged",
    Reach.PENDING: "Pending: the rules are not in force yet",
    Reach.PROHIBITED: "Prohibited",
}
BY_VERDICT = {
    Verdict.MAY_NEEDLE: Reach.SUFFICES,
    Verdict.NOT_YET: Reach.SHORT,
    Verdict.PENDING: Reach.PENDING,
    Verdict.PROHIBITED: Reach.PROHIBITED,
}


@dataclass(frozen=True, kw_only=True)
class CourseReach:
    """`missing`: what the course does not give. `unknown`: what can't be judged. `own`: the therapist's own part."""

    reach: Reach
    missing: tuple[Result, ...] = ()
    unknown: tuple[str, ...] = ()
    own: tuple[str, ...] = ()


def course_reach(course: Course, catalog: Catalog, law: Law, code: str, day: date) -> CourseReach:
    """Return how far the course reaches. Years, papers and credentials, which no course gives, are named apart."""
    kept, own = _without_own(law.requirements, day)
    stripped = law.model_copy(update={"requirements": kept, "absences": (*law.absences, *_absences(law))})
    judgment = judge(stripped, code, evidence_of_course(course, catalog, code, day), day)
    reach = BY_VERDICT.get(judgment.verdict, Reach.UNKNOWN)
    if reach in (Reach.PENDING, Reach.PROHIBITED):
        return CourseReach(reach=reach)
    return CourseReach(
        reach=reach,
        missing=tuple(result for result in judgment.results if result.state < State.UNKNOWN),
        unknown=_unknown(judgment, reach),
        own=tuple(own),
    )


def evidence_of_course(course: Course, catalog: Catalog, code: str, day: date) -> Evidence:
    """Return what somebody with a license in the state can show who completed the course on the day."""
    by = catalog.provider.name
    session = TreatmentSession(on=day, minutes=0, supervisor=SupervisorFacts(name=by), verified_by=by)
    return Evidence(
        licenses=(HeldLicense(jurisdiction=code, profession="PT", first_licensed=None),),
        training=tuple(_training(course, catalog, day)),
        sessions=(session,) * course.supervised_sessions,
        examinations=tuple(_examinations(course, catalog, day)),
        determinations=(SignedDetermination(by="instructor", name=by, on=day, verified_by=by),) * course.determination,
    )


def _training(course: Course, catalog: Catalog, day: date) -> Iterator[Training]:
    """Yield the modules with their topics, and the labs with the topics of the course's skills."""
    by = catalog.provider.name
    of_skills = frozenset(topic for skill in catalog.skills_of(course) for topic in skill.topics)
    parts = [(Mode.IN_PERSON, course.hands_on_minutes, of_skills), (Mode.LIVE_ONLINE, course.live_minutes, of_skills)]
    for module_id in course.modules:
        taught = frozenset(topic.id for topic in catalog.topics.values() if module_id in topic.modules)
        parts.append((Mode.SELF_PACED_ONLINE, catalog.modules[module_id].minutes, taught))
    for mode, minutes, topics in parts:
        if minutes:
            yield Training(
                title=course.title,
                provider=by,
                mode=mode,
                minutes=minutes,
                completed_on=day,
                topics=topics,
                verified_by=by,
            )


def _examinations(course: Course, catalog: Catalog, day: date) -> Iterator[PassedExamination]:
    """Yield the assessments that draw on several banks, those of the course and not of one module, and the skills."""
    for assessment in (catalog.assessments[id_] for id_ in course.assessments):
        if len(assessment.banks) > 1:
            title, mark = catalog.title_of(assessment), assessment.pass_mark
            yield PassedExamination(title=title, form="written", on=day, in_person=False, percent=mark)
    if course.skills:
        yield PassedExamination(title=f"Skills of {course.title}", form="practical", on=day, in_person=True)


def _without_own(rules: Iterable[Requirement], day: date) -> tuple[tuple[Requirement, ...], list[str]]:
    """Return the rules that a course can meet, and in words those in force that it can't.

    Of alternatives those without anything for a course fall away, so that no course suffices by what it does not give.
    """
    kept: list[Requirement] = []
    own: list[str] = []
    for rule in rules:
        if not rule.is_valid(day) or (rule.professions and "PT" not in rule.professions):
            continue
        if not isinstance(rule, Group):
            if _is_own(rule):
                own.append(wording.demanded(rule))
            else:
                kept.append(rule)
            continue
        parts, own_parts = _without_own(rule.parts, day)
        if not parts:
            own.append(wording.demanded(rule))
            continue
        kept.append(rule.model_copy(update={"parts": parts}))
        if rule.kind == "all_of":
            own += own_parts
        else:
            own += [words for part in rule.parts for words in _own_of_alternative(part, day)]
    return tuple(kept), own


def _own_of_alternative(part: Requirement, day: date) -> list[str]:
    """Return the therapist's own part of an alternative that also has something for a course."""
    kept, own = _without_own((part,), day)
    return own if kept else []


def _is_own(rule: Requirement) -> bool:
    return isinstance(rule, OWN_KINDS) or (isinstance(rule, Unread) and OWN_AREAS.issuperset(rule.areas))


def _absences(law: Law) -> list[Absence]:
    """Return the areas of the therapist's own part as areas that demand nothing of a course."""
    return [
        Absence(
            id=f"own-{area}", text="No course gives it.", source=law.sources[0].id, confidence=law.confidence, area=area
        )
        for area in sorted(OWN_AREAS)
    ]


def _unknown(judgment: Judgment, reach: Reach) -> tuple[str, ...]:
    """Return in words what can't be judged. Without any such point it is the state of the law, or the sources."""
    points = tuple(result.demanded for result in judgment.results if result.state is State.UNKNOWN)
    return points or ((judgment.headline,) if reach is Reach.UNKNOWN else ())

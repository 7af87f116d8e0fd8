from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from course.content.queries import catalog
from course.content.schema.course import Course
from course.content.schema.skill import Rubric
from course.learning.skills.models import (
    Determination,
    DeterminationAnnulment,
    SkillCountersignature,
    SkillSignOff,
    SkillVersion,
)
from course.learning.skills.standing import SkillStanding, last_needed_pass, standings
from course.platform import db
from course.platform.dates import date_in
from course.platform.queries import one_or_404, together
from course.states.requirements.evidence import PassedExamination, SignedDetermination


@dataclass(frozen=True)
class SignedOff:
    """A sign-off with the rubric that it was made by and the learner's answer, if there is one."""

    row: SkillSignOff
    rubric: Rubric
    answer: SkillCountersignature | None

    @property
    def on(self) -> date:
        """Return the day on which it was signed, where it was signed."""
        return date_in(self.row.time_zone, self.row.signed_at)

    @property
    def course_id(self) -> str:
        return self.row.course_id

    @property
    def skill_id(self) -> str:
        return self.row.skill_id

    @property
    def passed(self) -> bool:
        return self.row.passed

    @property
    def signed_at(self) -> datetime:
        return self.row.signed_at


@dataclass(frozen=True)
class Determined:
    """A determination and its annulment, if it was annulled."""

    row: Determination
    annulment: DeterminationAnnulment | None

    @property
    def on(self) -> date:
        """Return the day on which it was signed, where it was signed."""
        return date_in(self.row.time_zone, self.row.at)

    @property
    def skills(self) -> list[tuple[str, date, str]]:
        """Return title, day and instructor of each skill that was passed by then."""
        return [(title, date.fromisoformat(day), instructor) for title, day, instructor in self.row.skills]


_SIGN_OFFS = (
    select(SkillSignOff, SkillVersion.content, SkillCountersignature)
    .join(SkillVersion, SkillVersion.digest == SkillSignOff.digest)
    .outerjoin(SkillCountersignature, SkillCountersignature.sign_off_id == SkillSignOff.id)
    .order_by(SkillSignOff.signed_at, SkillSignOff.id)
)
_DETERMINATIONS = (
    select(Determination, DeterminationAnnulment)
    .outerjoin(DeterminationAnnulment, DeterminationAnnulment.determination_id == Determination.id)
    .order_by(Determination.id)
)


def rubric_of(skill_id: str, digest: str) -> Rubric | None:
    """Return the rubric with the digest: today's, or one that was kept. None if there never was one."""
    skill = catalog().skills.by_id.get(skill_id)
    if skill and skill.digest == digest:
        return skill.rubric
    kept = db.session.scalars(select(SkillVersion).filter_by(digest=digest, skill_id=skill_id)).one_or_none()
    return Rubric.model_validate(kept.content) if kept else None


def kept_digests() -> set[str]:
    return set(db.session.scalars(select(SkillVersion.digest)))


def sign_offs_of(user_ids: Collection[int]) -> dict[int, list[SignedOff]]:
    """Return the sign-offs of the learners, oldest first. One statement in all."""
    found: dict[int, list[SignedOff]] = {id_: [] for id_ in user_ids}
    for row, content, answer in db.session.execute(_SIGN_OFFS.where(SkillSignOff.user_id.in_(user_ids))):
        found[row.user_id].append(SignedOff(row, Rubric.model_validate(content), answer))
    return found


def sign_off_with(code: UUID) -> SkillSignOff | None:
    return db.session.scalars(select(SkillSignOff).filter_by(code=code)).one_or_none()


def own_sign_off(user_id: int, code: UUID) -> SkillSignOff:
    """Return the learner's sign-off with the code. Raise NotFound."""
    return one_or_404(select(SkillSignOff).filter_by(user_id=user_id, code=code))


def courses() -> list[Course]:
    """Return the courses that have skills."""
    return [course for course in catalog().courses.values() if catalog().skills_of(course)]


def standings_in(course: Course, attempts: Sequence[SignedOff]) -> list[SkillStanding[SignedOff]]:
    """Return how a learner with these attempts stands with each skill of the course."""
    return standings(course.id, catalog().skills_of(course), attempts)


def determinations_about(user_ids: Collection[int]) -> dict[int, list[Determined]]:
    """Return the determinations about the learners, oldest first. One statement in all."""
    found: dict[int, list[Determined]] = {id_: [] for id_ in user_ids}
    for row, annulment in db.session.execute(_DETERMINATIONS.where(Determination.user_id.in_(user_ids))):
        found[row.user_id].append(Determined(row, annulment))
    return found


def determination_of(code: UUID, **owner: int) -> Determined:
    """Return the determination with the code; `owner` restricts it, such as user_id=1. Raise NotFound."""
    row = one_or_404(select(Determination).filter_by(code=code, **owner))
    annulment = db.session.scalars(select(DeterminationAnnulment).filter_by(determination_id=row.id)).one_or_none()
    return Determined(row, annulment)


def passed_skills_of(user_ids: Collection[int]) -> dict[int, dict[tuple[str, str], tuple[datetime, ...]]]:
    """Return when each learner passed each skill, by course and skill, oldest first. One statement in all."""
    rows = select(SkillSignOff).where(SkillSignOff.user_id.in_(user_ids), SkillSignOff.passed.is_(True))
    found: dict[int, dict[tuple[str, str], tuple[datetime, ...]]] = {id_: {} for id_ in user_ids}
    for row in db.session.scalars(rows.order_by(SkillSignOff.signed_at)):
        passes = found[row.user_id]
        passes[row.course_id, row.skill_id] = (*passes.get((row.course_id, row.skill_id), ()), row.signed_at)
    return found


@dataclass(frozen=True)
class HandsOnEvidence:
    """What instructors signed: a practical examination for each course of which every skill was passed, and the
    determinations that the learner is competent, without annulled ones.
    """

    examinations: tuple[PassedExamination, ...]
    determinations: tuple[SignedDetermination, ...]


def evidence_of(user_ids: Collection[int]) -> dict[int, HandsOnEvidence]:
    """Return what instructors signed for each learner. One statement in all."""
    annulled = select(DeterminationAnnulment.determination_id)
    signed, determined = together(
        select(SkillSignOff).where(SkillSignOff.user_id.in_(user_ids)),
        select(Determination).where(
            Determination.user_id.in_(user_ids), Determination.competent.is_(True), Determination.id.not_in(annulled)
        ),
    )
    return {
        id_: HandsOnEvidence(
            tuple(_examination(*one) for one in _completed([row for row in signed if row.user_id == id_])),
            tuple(_determination(row) for row in determined if row.user_id == id_),
        )
        for id_ in user_ids
    }


def _completed(attempts: Sequence[SkillSignOff]) -> list[tuple[Course, SkillSignOff]]:
    """Return the courses of which every skill was passed, with the attempt that passed the last one."""
    of_courses = [(course, standings(course.id, catalog().skills_of(course), attempts)) for course in courses()]
    lasts = [(course, last_needed_pass(of_course)) for course, of_course in of_courses]
    return [(course, last) for course, last in lasts if last is not None]


def _examination(course: Course, last: SkillSignOff) -> PassedExamination:
    on = date_in(last.time_zone, last.signed_at)
    return PassedExamination(
        title=f"Skills of {course.title}",
        form="practical",
        on=on,
        in_person=True,
        verified_by=last.instructor_name,
        verified_on=on,
        source="skills signed off by an instructor",
    )


def _determination(row: Determination) -> SignedDetermination:
    on = date_in(row.time_zone, row.at)
    return SignedDetermination(
        by="instructor",
        name=row.instructor_name,
        on=on,
        verified_by=row.instructor_name,
        verified_on=on,
        source=f"determination of competence, {row.course_title}",
    )

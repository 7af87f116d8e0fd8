from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select

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
from course.platform.queries import one_or_404
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


def count_contested(instructor_id: int) -> int:
    """Return how many sign-offs of the instructor a learner has contested."""
    contested = (
        select(func.count(SkillCountersignature.id))
        .join(SkillSignOff)
        .where(SkillSignOff.instructor_id == instructor_id, SkillCountersignature.agreed.is_(False))
    )
    return db.session.scalars(contested).one()


def passed_skills_of(user_ids: Collection[int]) -> dict[int, dict[tuple[str, str], tuple[datetime, ...]]]:
    """Return when each learner passed each skill, by course and skill, oldest first. One statement in all."""
    rows = select(SkillSignOff).where(SkillSignOff.user_id.in_(user_ids), SkillSignOff.passed.is_(True))
    found: dict[int, dict[tuple[str, str], tuple[datetime, ...]]] = {id_: {} for id_ in user_ids}
    for row in db.session.scalars(rows.order_by(SkillSignOff.signed_at)):
        passes = found[row.user_id]
        passes[row.course_id, row.skill_id] = (*passes.get((row.course_id, row.skill_id), ()), row.signed_at)
    return found


def examinations_of(user_ids: Collection[int]) -> dict[int, list[PassedExamination]]:
    """Return a practical examination for each course of which the learner passed every skill. One statement in all."""
    found: Mapping[int, Sequence[SignedOff]] = sign_offs_of(user_ids)
    return {id_: [_examination(course, last) for course, last in _completed(found[id_])] for id_ in user_ids}


def _completed(attempts: Sequence[SignedOff]) -> list[tuple[Course, SignedOff]]:
    """Return the courses of which every skill was passed, with the attempt that passed the last one."""
    lasts = [(course, last_needed_pass(standings_in(course, attempts))) for course in courses()]
    return [(course, last) for course, last in lasts if last is not None]


def _examination(course: Course, last: SignedOff) -> PassedExamination:
    return PassedExamination(
        title=f"Skills of {course.title}",
        form="practical",
        on=last.on,
        in_person=True,
        verified_by=last.row.instructor_name,
        verified_on=last.on,
        source="skills signed off by an instructor",
    )


def determinations_of(user_ids: Collection[int]) -> dict[int, list[SignedDetermination]]:
    """Return the determinations that the learners are competent, without annulled ones. One statement in all."""
    about = determinations_about(user_ids)
    return {id_: [_evidence(one) for one in about[id_] if one.row.competent and not one.annulment] for id_ in user_ids}


def _evidence(one: Determined) -> SignedDetermination:
    return SignedDetermination(
        by="instructor",
        name=one.row.instructor_name,
        on=one.on,
        verified_by=one.row.instructor_name,
        verified_on=one.on,
        source=f"determination of competence, {one.row.course_title}",
    )

"""Sign-offs of skills, their countersignatures, and determinations of competence."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from course.content.queries import catalog
from course.content.schema.course import Course
from course.content.schema.skill import Rubric
from course.learning.skills import queries, sign_off_rules
from course.learning.skills.models import (
    Determination,
    DeterminationAnnulment,
    SkillCountersignature,
    SkillSignOff,
    SkillVersion,
)
from course.people.accounts.models import User
from course.people.instructors import queries as instructors
from course.people.instructors.models import Qualification
from course.people.instructors.qualification_standing import Standing, standing_on
from course.platform import db, decisions, jobs
from course.platform.audit.log import Event, record
from course.platform.dates import date_in, long_date
from course.platform.db import Model, unit_of_work
from course.platform.web import Refused
from course.site import site

MAIL_DELAY = timedelta(hours=2)  # after the first sign-off of a lab


class OwnSkills(decisions.OwnRecord):
    message = "These are your own skills, so another instructor has to sign them."


class ListChanged(Refused):
    message = "The list of skills has changed. Reload the page, and enter what you saw again."


class ResultDisagrees(Refused):
    status = 422
    message = "Passed means that every step was seen and no critical error was made. Check the boxes or the result."


class CodeUsed(Refused):
    message = "Another attempt was already recorded from this form. Reload the page to record one more."


class SignedByAnother(Refused):
    message = "Another instructor signed this on this device. It is sent once that person signs in here again."


class AnsweredAlready(Refused):
    message = "You already answered this sign-off. Your first answer counts."


class NotQualified(Refused):
    message = "You have no qualification on record that is in force today, or one has expired. Ask an administrator."


class SkillsOpen(Refused):
    message = "This learner has not passed every skill of the course yet, so you can't sign that they are competent."


class AnnulledAlready(Refused):
    message = "This determination was already annulled."


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What an instructor saw of one attempt, and signed. `code` and `by_device`, the moment, come from the device."""

    code: UUID
    skill_id: str
    digest: str
    steps: Collection[int]
    errors: Collection[int]
    passed: bool
    note: str | None
    by_device: datetime | None


@dataclass(frozen=True)
class Place:
    """Where something was signed: the lab's code, if it was a lab, and its time zone."""

    lab_code: UUID | None
    time_zone: str


@unit_of_work
def sign_off(
    instructor: User, learner: User, course: Course, seen: Seen, place: Place, *, now: datetime
) -> SkillSignOff:
    """Store an attempt at a skill. One that is stored already is returned, however often it is sent.

    Raise OwnSkills, ListChanged, ResultDisagrees, or CodeUsed if the code belongs to another attempt.
    """
    decisions.require_another(instructor, learner.id, OwnSkills)
    rubric = queries.rubric_of(seen.skill_id, seen.digest)
    if rubric is None or not sign_off_rules.is_possible(rubric, seen.steps, seen.errors):
        raise ListChanged
    if seen.passed != sign_off_rules.is_passed(rubric, seen.steps, seen.errors):
        raise ResultDisagrees
    _keep_version(seen.skill_id, seen.digest, rubric)
    values = {
        "code": seen.code,
        "user_id": learner.id,
        "instructor_id": instructor.id,
        "course_id": course.id,
        "skill_id": seen.skill_id,
        "digest": seen.digest,
        "steps": sorted(set(seen.steps)),
        "errors": sorted(set(seen.errors)),
        "passed": seen.passed,
        "note": seen.note or None,
        "lab_code": place.lab_code,
    }
    signed_at = sign_off_rules.moment(seen.by_device, now)
    if not _insert(values, instructor, place, signed_at, now):
        return _stored(values)
    record(
        Event.SKILL_SIGNED_OFF,
        instructor,
        f"sign-off:{seen.code}",
        person_id=learner.id,
        now=now,
        course=course.id,
        skill=seen.skill_id,
        digest=seen.digest,
        passed=seen.passed,
        signed_at=signed_at.isoformat(),
    )
    _ask_to_countersign(learner, place, now)
    return _stored(values)


def _ask_to_countersign(learner: User, place: Place, now: datetime) -> None:
    """Send one mail for all sign-offs of a lab, once most of them have arrived."""
    key = f"skill-to-countersign:{learner.code}:{place.lab_code or now.date()}"
    if jobs.known([key]):
        return
    jobs.put(
        "mail",
        key=key,
        now=now,
        due=now + MAIL_DELAY,
        to=learner.email,
        template="skill-to-countersign",
        name=learner.name_in_mails,
        link=f"{site().base_url}/skills/",
    )


def _insert(values: dict[str, Any], instructor: User, place: Place, signed_at: datetime, now: datetime) -> bool:
    """Add the row, unless there is one with its code. Return whether it was added."""
    add = db.insert(SkillSignOff).values(
        **values,
        instructor_name=instructor.legal_name,
        credentials=instructor.credentials,
        signed_at=signed_at,
        time_zone=place.time_zone,
        received_at=now,
    )
    add = add.on_conflict_do_nothing(index_elements=[SkillSignOff.code]).returning(SkillSignOff.id)
    return db.session.execute(add).first() is not None


def _stored(values: dict[str, Any]) -> SkillSignOff:
    """Return the row with the code. Raise CodeUsed if it says something else."""
    stored = queries.sign_off_with(values["code"])
    if stored is None or any(getattr(stored, name) != value for name, value in values.items()):
        raise CodeUsed
    return stored


def _keep_version(skill_id: str, digest: str, rubric: Rubric) -> None:
    add = db.insert(SkillVersion).values(digest=digest, skill_id=skill_id, content=rubric.model_dump(mode="json"))
    db.session.execute(add.on_conflict_do_nothing(index_elements=[SkillVersion.digest]))


@unit_of_work
def keep_versions(now: datetime) -> None:  # noqa: ARG001 - every hourly task gets the moment
    """Keep the rubrics of today, so that a device that was offline while the file changed can still send its sign-offs.

    Safe to repeat.
    """
    kept = queries.kept_digests()
    for skill in catalog().skills.skills:
        if skill.digest not in kept:
            _keep_version(skill.id, skill.digest, skill.rubric)


@unit_of_work
def countersign(learner: User, sign_offs: Sequence[SkillSignOff], *, now: datetime) -> None:
    """Store that the learner agrees with these sign-offs. Raise AnsweredAlready if one has an answer."""
    for one in sign_offs:
        _answer(learner, one, agreed=True, note=None, now=now)


@unit_of_work
def contest(learner: User, one: SkillSignOff, note: str, *, now: datetime) -> None:
    """Store that the learner disagrees, and why; the instructor gets a mail. Raise AnsweredAlready."""
    _answer(learner, one, agreed=False, note=note, now=now)
    instructor = db.session.get_one(User, one.instructor_id)
    rubric = queries.rubric_of(one.skill_id, one.digest)
    jobs.put(
        "mail",
        key=f"skill-contested:{one.code}",
        now=now,
        to=instructor.email,
        template="skill-contested",
        name=instructor.name_in_mails,
        learner=learner.legal_name,
        skill=rubric.title if rubric else one.skill_id,
        note=note,
    )


def _answer(learner: User, one: SkillSignOff, *, agreed: bool, note: str | None, now: datetime) -> None:
    _add(SkillCountersignature(sign_off_id=one.id, agreed=agreed, note=note, at=now), AnsweredAlready)
    record(
        Event.SKILL_COUNTERSIGNED,
        learner,
        f"sign-off:{one.code}",
        person_id=one.user_id,
        now=now,
        agreed=agreed,
        note=note,
    )


def _add(row: Model, refusal: type[Refused]) -> None:
    """Add a row that may exist once. Raise the refusal if there is one."""
    db.session.add(row)
    try:
        db.session.flush()
    except IntegrityError:
        raise refusal from None


@unit_of_work
def determine(
    instructor: User,
    learner: User,
    course: Course,
    place: Place,
    *,
    competent: bool,
    note: str | None,
    now: datetime,
) -> Determination:
    """Sign that the learner is competent, or not yet. The learner gets a mail.

    Raise OwnSkills, NotQualified, or SkillsOpen if it says competent while a skill is open or the course has none.
    """
    decisions.require_another(instructor, learner.id, OwnSkills)
    row = Determination(
        user_id=learner.id,
        learner_name=learner.legal_name,
        instructor_id=instructor.id,
        instructor_name=instructor.legal_name,
        credentials=instructor.credentials,
        qualifications=_qualifications(instructor, date_in(place.time_zone, now)),
        course_id=course.id,
        course_title=course.title,
        lab_code=place.lab_code,
        skills=_passed_skills(learner, course, all_needed=competent),
        competent=competent,
        statement=catalog().skills.determination.statement(
            competent=competent, learner=learner.legal_name, course=course.title
        ),
        note=note or None,
        at=now,
        time_zone=place.time_zone,
    )
    db.session.add(row)
    db.session.flush()
    record(
        Event.COMPETENCE_DETERMINED,
        instructor,
        f"determination:{row.code}",
        person_id=learner.id,
        now=now,
        course=course.id,
        competent=competent,
    )
    _notify(learner, row, "determination-signed", now)
    return row


def _qualifications(instructor: User, day: date) -> list[str]:
    """Return the qualifications that are in force on the day, in words. Raise NotQualified."""
    qualifications = instructors.qualifications_of([instructor.id])[instructor.id]
    if standing_on(day, qualifications) is not Standing.QUALIFIED:
        raise NotQualified
    return [_in_words(one) for one in qualifications if one.is_in_force(day)]


def _in_words(qualification: Qualification) -> str:
    number = f" {qualification.number}" if qualification.number else ""
    until = f", until {long_date(qualification.expires_on)}" if qualification.expires_on else ""
    return f"{qualification.name}{number}, {qualification.issuer}{until}"


def _passed_skills(learner: User, course: Course, *, all_needed: bool) -> list[list[str]]:
    """Return title, day and instructor of each skill that was passed. Raise SkillsOpen if all are needed."""
    standings = queries.standings_in(course, queries.sign_offs_of([learner.id])[learner.id])
    passes = [one.first_pass for one in standings]
    if all_needed and (not passes or None in passes):
        raise SkillsOpen
    return [[one.rubric.title, one.on.isoformat(), one.row.instructor_name] for one in passes if one]


@unit_of_work
def annul(determination: Determination, reason: str, *, actor: User, now: datetime) -> None:
    """End a determination. The learner gets a mail with the reason. Raise OwnSkills or AnnulledAlready."""
    decisions.require_another(actor, determination.user_id, OwnSkills)
    annulment = DeterminationAnnulment(
        determination_id=determination.id, by_name=actor.legal_name, reason=reason, at=now
    )
    _add(annulment, AnnulledAlready)
    record(
        Event.DETERMINATION_ANNULLED,
        actor,
        f"determination:{determination.code}",
        person_id=determination.user_id,
        now=now,
        reason=reason,
    )
    learner = db.session.get_one(User, determination.user_id)
    _notify(learner, determination, "determination-annulled", now, reason=reason)


def _notify(learner: User, row: Determination, template: str, now: datetime, **values: Any) -> None:
    jobs.put(
        "mail",
        key=f"{template}:{row.code}",
        now=now,
        to=learner.email,
        template=template,
        name=learner.name_in_mails,
        instructor=row.instructor_name,
        course=row.course_title,
        on=long_date(queries.Determined(row, None).on),
        link=f"{site().base_url}/skills/determinations/{row.code}",
        **values,
    )

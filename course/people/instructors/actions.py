"""Who is an instructor, and by what qualifications. An administrator decides it, never about themselves."""

from datetime import date, datetime

from course.people.accounts.models import User
from course.people.instructors.models import Qualification
from course.platform import db, decisions
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.web import Refused


class AccountClosed(Refused):
    message = "This account is closed."


class WithdrawnAlready(Refused):
    message = "This qualification was already withdrawn."


@unit_of_work
def set_instructor(admin: User, person: User, *, is_instructor: bool, reason: str, now: datetime) -> None:
    """Make the person an instructor, or end that role. Raise OwnRecord or AccountClosed.

    What they taught and signed until then stays.
    """
    decisions.require_another(admin, person.id)
    person = db.locked(User, person.id)
    if person.closed_at is not None:
        raise AccountClosed
    if person.is_instructor == is_instructor:
        return
    person.is_instructor = is_instructor
    record(
        Event.INSTRUCTOR_SET,
        admin,
        f"person:{person.code}",
        person_id=person.id,
        now=now,
        before=not is_instructor,
        after=is_instructor,
        reason=reason,
    )


@unit_of_work
def record_qualification(
    admin: User,
    person: User,
    *,
    name: str,
    issuer: str,
    number: str | None,
    first_day: date,
    expires_on: date | None,
    now: datetime,
) -> Qualification:
    """Record a qualification, or the renewal of one, which has the same name and issuer. Raise OwnRecord."""
    decisions.require_another(admin, person.id)
    qualification = Qualification(
        user_id=person.id,
        name=name,
        issuer=issuer,
        number=number,
        first_day=first_day,
        expires_on=expires_on,
        recorded_at=now,
        recorded_by=admin.legal_name,
    )
    db.session.add(qualification)
    db.session.flush()
    subject = f"qualification:{qualification.code}"
    record(Event.QUALIFICATION_RECORDED, admin, subject, person_id=person.id, now=now, **qualification.facts())
    return qualification


@unit_of_work
def withdraw_qualification(admin: User, qualification: Qualification, reason: str, *, now: datetime) -> None:
    """Withdraw a qualification that was recorded in error. Raise OwnRecord or WithdrawnAlready."""
    decisions.require_another(admin, qualification.user_id)
    qualification = db.locked(Qualification, qualification.id)
    if qualification.withdrawn_at is not None:
        raise WithdrawnAlready
    qualification.withdrawn_at = now
    record(
        Event.QUALIFICATION_WITHDRAWN,
        admin,
        f"qualification:{qualification.code}",
        person_id=qualification.user_id,
        now=now,
        reason=reason,
    )

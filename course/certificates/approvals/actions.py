from datetime import date, datetime

from course.certificates.approvals import queries
from course.certificates.approvals.coverage import identity
from course.certificates.approvals.models import Approval
from course.content.queries import catalog
from course.content.schema.course import Course
from course.people.accounts.models import User
from course.platform import db
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.web import Refused


class Duplicate(Refused):
    message = "This record repeats another one and does not count. Withdraw that one."


class WithdrawnAlready(Refused):
    message = "This approval has already been withdrawn."


@unit_of_work
def record_approval(
    admin: User,
    course: Course,
    *,
    approver: str,
    number: str,
    states: list[str],
    speakers: list[str],
    minutes: dict[str, int],
    first_day: date,
    last_day: date,
    now: datetime,
) -> Approval:
    """Record an approval of the course as it is now. If it is on record with these terms, return that record.

    `minutes` by mode; `states` by code.
    """
    db.alone(db.Lock.RECORD_APPROVAL)
    served = queries.offering(catalog(), course)
    approval = Approval(
        course_id=course.id,
        approver=approver,
        number=number,
        states=states,
        course_version=served.version,
        content_hash=served.content_hash,
        speakers=speakers,
        minutes=minutes,
        first_day=first_day,
        last_day=last_day,
        recorded_at=now,
        recorded_by=admin.legal_name,
    )
    approval.identity = identity(course.id, approver, number, states, approval.terms)
    if (known := queries.find_counting(approval.identity)) is not None:
        return known
    db.session.add(approval)
    db.session.flush()
    _record_approved(admin, approval, now)
    return approval


def _record_approved(admin: User, approval: Approval, now: datetime) -> None:
    names = ("approver", "number", "states", "course_version", "content_hash")
    record(
        Event.APPROVAL_RECORDED,
        admin,
        f"approval:{approval.code}",
        person_id=None,
        now=now,
        course=approval.course_id,
        first_day=approval.first_day.isoformat(),
        last_day=approval.last_day.isoformat(),
        **{name: getattr(approval, name) for name in names},
    )


@unit_of_work
def withdraw(
    admin: User, approval: Approval, *, why: str, first_day: date, with_others: bool = False, now: datetime
) -> None:
    """End the approval on `first_day`. Certificates that already name it stay as they were issued.

    `with_others`: also end all other records of its number that would be in force on that day or later. Raise
    WithdrawnAlready or Duplicate.
    """
    approval = db.locked(Approval, approval.id)
    if approval.withdrawn_at is not None:
        raise WithdrawnAlready
    if approval.duplicate_of_id is not None:
        raise Duplicate
    others = [one for one in queries.others_of_number(approval) if one.last_day >= first_day] if with_others else []
    for one in (approval, *(db.locked(Approval, other.id) for other in others)):
        one.withdrawn_at, one.withdrawn_why, one.withdrawn_from = now, why, first_day
        record(
            Event.APPROVAL_WITHDRAWN,
            admin,
            f"approval:{one.code}",
            person_id=None,
            now=now,
            reason=why,
            withdrawn_from=first_day.isoformat(),
        )

from datetime import date, datetime

from course.certificates.approvals.models import Approval
from course.certificates.approvals.queries import offering
from course.content.queries import catalog
from course.content.schema.course import Course
from course.people.accounts.models import User
from course.platform import db
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.web import Refused


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
    """Record an approval of the course as it is now, and return it. `minutes` by mode; `states` by code."""
    served = offering(catalog(), course)
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
    db.session.add(approval)
    db.session.flush()
    record(
        Event.APPROVAL_RECORDED,
        admin,
        f"approval:{approval.code}",
        person_id=None,
        now=now,
        course=course.id,
        approver=approver,
        number=number,
        states=states,
        course_version=served.version,
        content_hash=served.content_hash,
        first_day=first_day.isoformat(),
        last_day=last_day.isoformat(),
    )
    return approval


@unit_of_work
def withdraw(admin: User, approval: Approval, *, why: str, first_day: date, now: datetime) -> None:
    """End the approval on `first_day`. Certificates that already name it stay as they were issued."""
    approval = db.locked(Approval, approval.id)
    if approval.withdrawn_at is not None:
        raise WithdrawnAlready
    approval.withdrawn_at, approval.withdrawn_why, approval.withdrawn_from = now, why, first_day
    record(
        Event.APPROVAL_WITHDRAWN,
        admin,
        f"approval:{approval.code}",
        person_id=None,
        now=now,
        reason=why,
        withdrawn_from=first_day.isoformat(),
    )

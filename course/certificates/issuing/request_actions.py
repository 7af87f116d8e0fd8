from datetime import datetime

from sqlalchemy.exc import IntegrityError

from course.certificates.issuing.models import Request, RequestState
from course.people.accounts.models import User
from course.platform import db
from course.platform.audit.log import Event, record
from course.platform.web import Refused


class RequestedAlready(Refused):
    message = "The certificate of this course was already requested."


def add(request: Request, *, actor: User | None, now: datetime) -> None:
    """Add the request and record it. Raise RequestedAlready if another one for the course is waiting."""
    db.session.add(request)
    try:
        db.session.flush()
    except IntegrityError:
        raise RequestedAlready from None
    record(
        Event.CERTIFICATE_REQUESTED,
        actor,
        f"request:{request.code}",
        person_id=request.user_id,
        now=now,
        course=request.course_id,
        content_hash=request.content_hash,
        before=None,
        after=RequestState.WAITING,
    )

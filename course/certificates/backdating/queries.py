from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select

from course.certificates.backdating.models import Backdating, State
from course.certificates.issuing import award
from course.certificates.issuing.models import Request
from course.content.queries import catalog
from course.platform import db
from course.platform.web import NotFound

# A request for which an earlier date is asked and not decided yet.
HELD = select(Backdating.id).where(Backdating.request_id == Request.id, Backdating.state == State.WAITING).exists()


def backdating_of(code: UUID) -> Backdating:
    found = db.session.scalars(select(Backdating).filter_by(code=code)).one_or_none()
    if found is None:
        raise NotFound
    return found


def asked_for(request: Request) -> Sequence[Backdating]:
    """What was asked for the request, newest first."""
    wanted = select(Backdating).filter_by(request_id=request.id).order_by(Backdating.id.desc())
    return db.session.scalars(wanted).all()


def waiting() -> Sequence[Backdating]:
    """Oldest first."""
    return db.session.scalars(select(Backdating).filter_by(state=State.WAITING).order_by(Backdating.id)).all()


def decided(limit: int) -> Sequence[Backdating]:
    """The newest ones."""
    wanted = select(Backdating).where(Backdating.state != State.WAITING).order_by(Backdating.id.desc())
    return db.session.scalars(wanted.limit(limit)).all()


def count_waiting() -> int:
    return db.session.scalars(select(func.count(Backdating.id)).filter_by(state=State.WAITING)).one()


def days_of(request: Request, now: datetime) -> tuple[date, date]:
    """The day of completion and today, both where the license is."""
    zone = catalog().jurisdictions[request.license.jurisdiction].time_zone
    return award.date_in(zone, request.completed_at), award.date_in(zone, now)

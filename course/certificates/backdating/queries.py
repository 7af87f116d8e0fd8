from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from course.certificates.backdating.models import Backdating, BackdatingState
from course.certificates.issuing.models import Request
from course.content.queries import catalog
from course.platform import db, decisions
from course.platform.dates import date_in
from course.platform.queries import one_or_404

# Whether a second administrator still has to decide an earlier date for the request.
AWAITS_DATE = (
    select(Backdating.id)
    .where(Backdating.request_id == Request.id, Backdating.state == BackdatingState.WAITING)
    .exists()
)


def backdating_of(code: UUID) -> Backdating:
    return one_or_404(select(Backdating).filter_by(code=code))


def asked_for(request: Request) -> Sequence[Backdating]:
    """Return the earlier dates that were proposed for the request, newest first."""
    rows = select(Backdating).filter_by(request_id=request.id).order_by(Backdating.id.desc())
    return db.session.scalars(rows).all()


def waiting() -> Sequence[Backdating]:
    """Return the proposals that wait for a second administrator, oldest first."""
    return db.session.scalars(decisions.open_rows(Backdating)).all()


def decided(limit: int) -> Sequence[Backdating]:
    """Return the newest decided proposals."""
    return db.session.scalars(decisions.decided_rows(Backdating).limit(limit)).all()


def count_waiting() -> int:
    return decisions.count(decisions.open_rows(Backdating))


def days_of(request: Request, now: datetime) -> tuple[date, date]:
    """Return the day of completion and today, both in the time zone of the license's state."""
    zone = catalog().licensing_places[request.license.jurisdiction].time_zone
    return date_in(zone, request.completed_at), date_in(zone, now)

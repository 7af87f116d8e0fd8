from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, select

from course.certificates.backdating import queries as backdating
from course.certificates.bulk.models import BulkIssue, BulkLine, Outcome
from course.certificates.issuing.models import Request, RequestState
from course.platform import db
from course.platform.queries import one_or_404

IN_OPEN_BULK_ISSUE = (
    select(BulkLine.id)
    .join(BulkIssue, BulkIssue.id == BulkLine.bulk_id)
    .where(
        BulkLine.request_id == Request.id,
        BulkLine.state == Outcome.WAITING,
        BulkIssue.finished_at.is_(None),
    )
    .exists()
)
AWAITS_REASON = and_(Request.state == RequestState.WAITING, Request.is_short.is_(True), Request.short_reason.is_(None))
# A request with a proposed earlier date waits for a second administrator, and one with too little time on record for a
# reason, so a bulk issue leaves them alone.
ISSUABLE = and_(Request.state == RequestState.WAITING, ~IN_OPEN_BULK_ISSUE, ~backdating.AWAITS_DATE, ~AWAITS_REASON)


def issuable(course_id: str, actor_id: int) -> Select[int]:
    """Select the ids of the course's waiting requests that the administrator can issue in bulk, oldest first.

    They are in no open bulk issue, and none is the administrator's own.
    """
    mine = and_(ISSUABLE, Request.course_id == course_id, Request.user_id != actor_id)
    return select(Request.id).where(mine).order_by(Request.requested_at, Request.id)


def any_issuable(course_id: str, actor_id: int) -> bool:
    """Return whether the course has a request that a bulk issue of the administrator could take."""
    return db.session.scalars(issuable(course_id, actor_id).limit(1)).first() is not None


def count_issuable(actor_id: int) -> dict[str, int]:
    """Return the number of requests that a bulk issue of the administrator could take, by course id.

    Courses without one are left out.
    """
    rows = db.session.execute(
        select(Request.course_id, func.count(Request.id).label("requests"))
        .where(ISSUABLE, Request.user_id != actor_id)
        .group_by(Request.course_id)
    )
    return {row.course_id: row.requests for row in rows}


def count_awaiting_reason() -> int:
    """Return the number of requests that wait for a reason, because too little time is on record."""
    return db.session.scalars(select(func.count(Request.id)).where(AWAITS_REASON)).one()


def find_open(course_id: str) -> BulkIssue | None:
    """Return the course's newest unfinished bulk issue, or None."""
    wanted = select(BulkIssue).where(BulkIssue.course_id == course_id, BulkIssue.finished_at.is_(None))
    return db.session.scalars(wanted.order_by(BulkIssue.id.desc()).limit(1)).first()


def tally(bulk_issue: BulkIssue) -> Counter[str]:
    """Return the number of lines by outcome."""
    rows = db.session.execute(
        select(BulkLine.state, func.count(BulkLine.id).label("lines"))
        .where(BulkLine.bulk_id == bulk_issue.id)
        .group_by(BulkLine.state)
    )
    return Counter({row.state: row.lines for row in rows})


def bulk_issue_of(code: UUID) -> BulkIssue:
    return one_or_404(select(BulkIssue).filter_by(code=code))


def latest(limit: int) -> Sequence[BulkIssue]:
    return db.session.scalars(select(BulkIssue).order_by(BulkIssue.id.desc()).limit(limit)).all()


def refused(bulk_issue: BulkIssue, limit: int) -> Sequence[Row[BulkLine, Request]]:
    """Return the first refused lines, each with its request, which is still waiting."""
    return db.session.execute(
        select(BulkLine, Request)
        .join(Request, Request.id == BulkLine.request_id)
        .where(BulkLine.bulk_id == bulk_issue.id, BulkLine.state == Outcome.REFUSED)
        .order_by(BulkLine.id)
        .limit(limit)
    ).all()

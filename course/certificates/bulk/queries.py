from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, select

from course.certificates.backdating import queries as backdating
from course.certificates.bulk.models import Line, Order, Outcome
from course.certificates.issuing.models import Request, State
from course.platform import db
from course.platform.web import NotFound

ORDERED = (
    select(Line.id)
    .join(Order, Order.id == Line.bulk_id)
    .where(Line.request_id == Request.id, Line.state == Outcome.WAITING, Order.finished_at.is_(None))
    .exists()
)


# Waits for nobody's decision but the order's: one for which an earlier date is asked waits for a second administrator.
ORDERABLE = and_(Request.state == State.WAITING, ~ORDERED, ~backdating.HELD)


def orderable(course_id: str) -> Select[int]:
    """The ids of the course's requests that wait and are in no open order, oldest first."""
    return (
        select(Request.id).where(ORDERABLE, Request.course_id == course_id).order_by(Request.requested_at, Request.id)
    )


def count_orderable() -> dict[str, int]:
    """By course."""
    rows = db.session.execute(
        select(Request.course_id, func.count(Request.id).label("waiting")).where(ORDERABLE).group_by(Request.course_id)
    )
    return {row.course_id: row.waiting for row in rows}


def tally(placed: Order) -> Counter[str]:
    """How many lines of the order came out how."""
    rows = db.session.execute(
        select(Line.state, func.count(Line.id).label("lines")).where(Line.bulk_id == placed.id).group_by(Line.state)
    )
    return Counter({row.state: row.lines for row in rows})


def order_of(code: UUID) -> Order:
    if placed := db.session.scalars(select(Order).filter_by(code=code)).one_or_none():
        return placed
    raise NotFound


def latest(limit: int) -> Sequence[Order]:
    return db.session.scalars(select(Order).order_by(Order.id.desc()).limit(limit)).all()


def refused(placed: Order, limit: int) -> Sequence[Row[Line, Request]]:
    """What could not be issued and why, with the request that still waits."""
    return db.session.execute(
        select(Line, Request)
        .join(Request, Request.id == Line.request_id)
        .where(Line.bulk_id == placed.id, Line.state == Outcome.REFUSED)
        .order_by(Line.id)
        .limit(limit)
    ).all()

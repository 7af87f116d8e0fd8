"""Certificates by the thousand: the order is one transaction, and the workers issue its lines a few at a time."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, insert, literal, or_, select, update
from sqlalchemy.exc import OperationalError

from course.certificates.bulk import queries
from course.certificates.bulk.models import Line, Order, Outcome
from course.certificates.issuing import actions as certificates
from course.certificates.issuing.models import Request
from course.content.schema.course import Course
from course.people.accounts.models import User
from course.platform import db, jobs
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.web import Refused

AT_ONCE = 8  # lines that a worker takes: few, so that a stop is soon heard and a crash leaves little
TAKEN = timedelta(minutes=1)
FAILED = "It could not be made; the server's log says why. The request still waits."
log = logging.getLogger(__name__)


class NothingWaits(Refused):
    message = "No request of this course waits that is not in an order already."


class FinishedAlready(Refused):
    message = "This order is finished: nothing of it waits any more."


@unit_of_work
def order(course: Course, *, actor: User, now: datetime) -> Order:
    """To issue every request of the course that waits now, but for those that another open order has, and those for
    which an earlier date is asked."""
    placed = Order(course_id=course.id, actor_id=actor.id, started_at=now)
    db.session.add(placed)
    db.session.flush()
    wanted = queries.orderable(course.id).add_columns(literal(placed.id), literal(Outcome.WAITING.value))
    db.session.execute(insert(Line).from_select(["request_id", "bulk_id", "state"], wanted))
    count = queries.tally(placed)[Outcome.WAITING]
    if not count:
        raise NothingWaits
    record(Event.BULK_STARTED, actor, f"order:{placed.code}", person_id=None, now=now, requests=count)
    jobs.wake()
    return placed


@unit_of_work
def stop(placed: Order, *, actor: User, now: datetime) -> int:
    """Leaves in the queue what is not issued yet; what a worker has in hand is still done. Returns how many."""
    placed = db.locked(Order, placed.id)
    if placed.finished_at is not None:
        raise FinishedAlready
    rest = update(Line).where(Line.bulk_id == placed.id, Line.state == Outcome.WAITING, _free(now))
    count: int = db.session.execute(rest.values(state=Outcome.STOPPED)).rowcount  # type: ignore[attr-defined]
    record(Event.BULK_STOPPED, actor, f"order:{placed.code}", person_id=None, now=now, requests=count)
    _finish_if_done(placed, now)
    return count


def step(now: datetime) -> bool:
    """Issues a few lines of the oldest open order; False when there are none.

    Issuing is safe to repeat: what a worker issued before it died is found issued by the next.
    """
    lines = _take(now)
    if not lines:
        return False
    placed = db.session.get_one(Order, lines[0].bulk_id)
    _note(placed, {line.id: _issue(line, placed.actor_id, now) for line in lines}, now)
    return True


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(Line.taken_until.is_(None), Line.taken_until < now)


@unit_of_work
def _take(now: datetime) -> Sequence[Line]:
    oldest = select(Order.id).where(Order.finished_at.is_(None)).order_by(Order.id)
    for id_ in db.session.scalars(oldest):
        lines = db.session.scalars(
            select(Line)
            .where(Line.bulk_id == id_, Line.state == Outcome.WAITING, _free(now))
            .order_by(Line.id)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        ).all()
        if lines:
            for line in lines:
                line.taken_until = now + TAKEN
            return lines
    return ()


def _issue(line: Line, actor_id: int, now: datetime) -> tuple[Outcome, str | None]:
    request, actor = db.session.get_one(Request, line.request_id), db.session.get_one(User, actor_id)
    try:
        certificates.issue(request, actor=actor, now=now, bulk=True)
    except Refused as refusal:
        return Outcome.REFUSED, refusal.message
    except OperationalError:
        raise  # the database can't be used: the line is tried again
    except Exception:
        log.exception("a certificate of an order could not be issued")
        return Outcome.REFUSED, FAILED
    return Outcome.ISSUED, None


@unit_of_work
def _note(placed: Order, outcomes: dict[int, tuple[Outcome, str | None]], now: datetime) -> None:
    placed = db.locked(Order, placed.id)
    for id_, (outcome, message) in outcomes.items():
        db.session.execute(update(Line).where(Line.id == id_).values(state=outcome, message=message))
    _finish_if_done(placed, now)


def _finish_if_done(placed: Order, now: datetime) -> None:
    """The order's row is locked, so of two workers the last one sees that nothing is left."""
    if not queries.tally(placed)[Outcome.WAITING]:
        placed.finished_at = now

"""Thousands of certificates: one transaction records which requests to issue, then workers issue them in batches."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, insert, literal, or_, select, update
from sqlalchemy.exc import OperationalError

from course.certificates.bulk import queries
from course.certificates.bulk.models import BulkIssue, BulkLine, Outcome
from course.certificates.issuing import issuing
from course.certificates.issuing.models import Request
from course.content.schema.course import Course
from course.people.accounts.models import User
from course.platform import db
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.web import Refused

BATCH_SIZE = 8  # small, so that a cancellation takes effect soon and a crash leaves little to repeat
CLAIM_TIME = timedelta(minutes=1)
FAILED = "The certificate could not be created. The request is still waiting; the server log has the error."
log = logging.getLogger(__name__)


class NothingToIssue(Refused):
    message = "This course has no certificate request that can be issued now."


class FinishedAlready(Refused):
    message = "This bulk issue is finished. There is nothing left to cancel."


@unit_of_work
def start(course: Course, *, actor: User, now: datetime) -> BulkIssue:
    """Start to issue every waiting request of the course, and return the bulk issue.

    Left out are requests with a proposed earlier date, those with too little time on record, and the administrator's
    own. Where an open bulk issue has all the others already, return that one. Raise NothingToIssue if there is none.
    """
    # Two administrators may start at the same moment. On PostgreSQL neither would see the lines that the other has
    # not committed yet, and both would take the same requests.
    db.alone(db.Lock.ORDER_BULK_ISSUE)
    if not queries.any_issuable(course.id, actor.id):
        if open_one := queries.find_open(course.id):
            return open_one
        raise NothingToIssue
    bulk_issue = BulkIssue(course_id=course.id, actor_id=actor.id, started_at=now)
    db.session.add(bulk_issue)
    db.session.flush()
    lines = queries.issuable(course.id, actor.id).add_columns(literal(bulk_issue.id), literal(Outcome.WAITING.value))
    db.session.execute(insert(BulkLine).from_select(["request_id", "bulk_id", "state"], lines))
    count = queries.tally(bulk_issue)[Outcome.WAITING]
    record(Event.BULK_STARTED, actor, f"order:{bulk_issue.code}", person_id=None, now=now, requests=count)
    return bulk_issue


@unit_of_work
def cancel_remaining(bulk_issue: BulkIssue, *, actor: User, now: datetime) -> int:
    """Leave the requests that are not issued yet waiting, and return their number.

    The batch that a worker has claimed is still issued. Raise FinishedAlready if nothing is left.
    """
    bulk_issue = db.locked(BulkIssue, bulk_issue.id)
    if bulk_issue.finished_at is not None:
        raise FinishedAlready
    rest = update(BulkLine).where(
        BulkLine.bulk_id == bulk_issue.id,
        BulkLine.state == Outcome.WAITING,
        _is_unclaimed(now),
    )
    count: int = db.session.execute(rest.values(state=Outcome.STOPPED)).rowcount  # type: ignore[attr-defined]
    record(Event.BULK_STOPPED, actor, f"order:{bulk_issue.code}", person_id=None, now=now, requests=count)
    _finish_if_done(bulk_issue, now)
    return count


def step(now: datetime) -> bool:
    """Issue one batch of the oldest open bulk issue. Return False if there is nothing to do.

    It is safe to repeat: a certificate that was issued just before its worker died is found, not issued again.
    """
    lines = claim_batch(now)
    if not lines:
        return False
    bulk_issue = db.session.get_one(BulkIssue, lines[0].bulk_id)
    _note_outcomes(bulk_issue, {line.id: issue_line(line, bulk_issue.actor_id, now) for line in lines}, now)
    return True


def _is_unclaimed(now: datetime) -> ColumnElement[bool]:
    return or_(BulkLine.taken_until.is_(None), BulkLine.taken_until < now)


@unit_of_work
def claim_batch(now: datetime) -> Sequence[BulkLine]:
    """Return the next waiting lines of one bulk issue, which no other worker gets for CLAIM_TIME."""
    open_ids = select(BulkIssue.id).where(BulkIssue.finished_at.is_(None)).order_by(BulkIssue.id)
    for bulk_id in db.session.scalars(open_ids):
        lines = db.session.scalars(
            select(BulkLine)
            .where(BulkLine.bulk_id == bulk_id, BulkLine.state == Outcome.WAITING, _is_unclaimed(now))
            .order_by(BulkLine.id)
            .limit(BATCH_SIZE)
            .with_for_update(skip_locked=True)
        ).all()
        if lines:
            for line in lines:
                line.taken_until = now + CLAIM_TIME
            return lines
    return ()


def issue_line(line: BulkLine, actor_id: int, now: datetime) -> tuple[Outcome, str | None]:
    """Issue the line's request. Return the outcome and, if it was refused, the reason."""
    request, actor = db.session.get_one(Request, line.request_id), db.session.get_one(User, actor_id)
    try:
        issuing.issue(request, actor=actor, now=now, bulk=True)
    except Refused as refusal:
        return Outcome.REFUSED, refusal.message
    except OperationalError:
        raise  # the database is unavailable: the line is tried again when its claim ends
    except Exception:
        log.exception("a certificate of a bulk issue could not be issued")
        return Outcome.REFUSED, FAILED
    return Outcome.ISSUED, None


@unit_of_work
def _note_outcomes(bulk_issue: BulkIssue, outcomes: dict[int, tuple[Outcome, str | None]], now: datetime) -> None:
    bulk_issue = db.locked(BulkIssue, bulk_issue.id)
    for id_, (outcome, message) in outcomes.items():
        db.session.execute(update(BulkLine).where(BulkLine.id == id_).values(state=outcome, message=message))
    _finish_if_done(bulk_issue, now)


def _finish_if_done(bulk_issue: BulkIssue, now: datetime) -> None:
    """Set the end if no line is left. The caller has locked the row, so the last of two workers sees that."""
    if not queries.tally(bulk_issue)[Outcome.WAITING]:
        bulk_issue.finished_at = now

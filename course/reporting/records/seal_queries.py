"""Reads of the audit log and its seals, in parts, so that no writer waits for them."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from course.assessment.attempts.models import Attempt
from course.platform import db
from course.platform.audit.log import Event
from course.platform.audit.models import AuditEvent
from course.reporting.records.models import AuditSeal
from course.reporting.records.sealing import SealedEvent

COLUMNS = [getattr(AuditEvent, name) for name in SealedEvent._fields]
PAGE_SIZE = 1_000
SCORES = (Event.ATTEMPT_SUBMITTED, Event.ATTEMPT_EXPIRED, Event.ATTEMPT_RESCORED)
SUBJECT_PREFIX = "attempt:"
Score = tuple[Fraction, int, bool]


def latest_seal() -> AuditSeal | None:
    return db.session.scalars(select(AuditSeal).order_by(AuditSeal.last_id.desc()).limit(1)).one_or_none()


def newest_event() -> int:
    """Return the id of the newest event, 0 if there is none."""
    return db.session.scalar(select(func.max(AuditEvent.id))) or 0


def last_id_of_next(after: int, up_to: int, limit: int) -> int | None:
    """Return the id of the last event that the next seal covers; None if there is none to seal."""
    ids = select(AuditEvent.id).where(AuditEvent.id > after, AuditEvent.id <= up_to).order_by(AuditEvent.id)
    last: int | None = db.session.scalar(select(func.max(ids.limit(limit).subquery().c.id)))
    return last


def events_between(after: int, up_to: int) -> list[SealedEvent]:
    rows = select(*COLUMNS).where(AuditEvent.id > after, AuditEvent.id <= up_to).order_by(AuditEvent.id)
    return [SealedEvent(*row) for row in db.session.execute(rows)]


def seals_after(last_id: int) -> Sequence[AuditSeal]:
    return db.session.scalars(
        select(AuditSeal).where(AuditSeal.last_id > last_id).order_by(AuditSeal.last_id).limit(1)
    ).all()


def logged_scores() -> dict[UUID, Score]:
    """Return the score of each attempt as the audit log has it last."""
    scores: dict[UUID, Score] = {}
    after = 0
    while page := _score_events(after):
        for _, subject, details in page:
            found = details.get("after", details)
            code = UUID(subject.removeprefix(SUBJECT_PREFIX))
            scores[code] = (Fraction(found["points"]), found["scored"], found["passed"])
        after = page[-1][0]
    return scores


def _score_events(after: int) -> list[tuple[int, str, dict[str, Any]]]:
    rows = select(AuditEvent.id, AuditEvent.subject, AuditEvent.details)
    page = rows.where(AuditEvent.event.in_(SCORES), AuditEvent.id > after).order_by(AuditEvent.id).limit(PAGE_SIZE)
    found = [(id_, subject, details) for id_, subject, details in db.session.execute(page)]
    db.release()
    return found


def stored_scores() -> Iterator[tuple[UUID, Score]]:
    """Yield the score of each submitted attempt."""
    after = 0
    while True:
        rows = select(Attempt.id, Attempt.code, Attempt.points, Attempt.scored, Attempt.passed)
        submitted = rows.where(Attempt.submitted_at.is_not(None), Attempt.id > after).order_by(Attempt.id)
        page = db.session.execute(submitted.limit(PAGE_SIZE)).all()
        db.release()
        if not page:
            return
        yield from ((row.code, (row.points, row.scored, row.passed)) for row in page)
        after = page[-1].id

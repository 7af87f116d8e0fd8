"""The items that answers are saved for, with their attempts locked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, func, select, tuple_

from course.assessment.attempts.models import Answer, Attempt, AttemptItem
from course.content.items.base import Answer as ItemAnswer
from course.platform import db


class AnswerKey(NamedTuple):
    """Whose answer, in which attempt, at which position."""

    user_id: int
    code: UUID
    position: int


@dataclass(frozen=True)
class Target:
    """The item that an answer is for, with its attempt and the answer saved so far (serial 0 if none)."""

    attempt_id: int
    submitted_at: datetime | None
    deadline: datetime | None
    grace_seconds: int
    position: int
    digest: str
    order: Sequence[str]
    serial: int
    answer: ItemAnswer


def _statement_of_targets() -> Select[Any]:
    """Return the statement. Building it takes longer than running it, so the process builds it once."""
    attempt, item, answer = Attempt.__table__, AttemptItem.__table__, Answer.__table__
    newest = (
        select(func.max(answer.c.serial))
        .where(answer.c.attempt_id == attempt.c.id, answer.c.position == item.c.position)
        .correlate(attempt, item)
        .scalar_subquery()
    )
    saved = (answer.c.attempt_id == attempt.c.id) & (answer.c.position == item.c.position) & (answer.c.serial == newest)
    return (
        select(
            attempt.c.user_id,
            attempt.c.code,
            attempt.c.id,
            attempt.c.submitted_at,
            attempt.c.deadline,
            attempt.c.grace_seconds,
            item.c.position,
            item.c.item_digest,
            item.c.option_order,
            func.coalesce(answer.c.serial, 0).label("serial"),
            answer.c.choice,
        )
        .select_from(attempt.join(item, item.c.attempt_id == attempt.c.id).outerjoin(answer, saved))
        .where(
            attempt.c.code.in_(bindparam("codes", expanding=True)),
            tuple_(attempt.c.code, item.c.position).in_(bindparam("places", expanding=True)),
        )
    )


_LOCK = select(Attempt.id).where(Attempt.code.in_(bindparam("codes", expanding=True))).order_by(Attempt.id)
_TARGETS = _statement_of_targets()


def targets(keys: Collection[AnswerKey]) -> dict[AnswerKey, Target]:
    """Lock the attempts and return the targets that exist and belong to the person."""
    codes = [key.code for key in keys]
    db.session.flush()  # a statement on tables doesn't flush
    db.lock(_LOCK, codes=codes)
    rows = db.session.execute(_TARGETS, {"codes": codes, "places": [(key.code, key.position) for key in keys]})
    found = {AnswerKey(row.user_id, row.code, row.position): _target(row) for row in rows}
    return {key: found[key] for key in keys if key in found}


def _target(row: Row[Any]) -> Target:
    return Target(
        attempt_id=row.id,
        submitted_at=row.submitted_at,
        deadline=row.deadline,
        grace_seconds=row.grace_seconds,
        position=row.position,
        digest=row.item_digest,
        order=row.option_order,
        serial=row.serial,
        answer=row.choice,
    )

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from course import db
from course.accounts.models import User
from course.assessment.models import Answer, Attempt, AttemptItem
from course.assessment.scoring import Keyed, Pass
from course.web import NotFound


def own_attempt(user: User, code: UUID) -> Attempt:
    """The person's attempt without its items; anyone else's is not found."""
    attempt = db.session.scalars(select(Attempt).filter_by(code=code, user_id=user.id)).one_or_none()
    if attempt is None:
        raise NotFound
    return attempt


def own_paper(user: User, code: UUID) -> Attempt:
    """The person's attempt with all its items, in two statements."""
    attempt = db.session.scalars(
        select(Attempt)
        .filter_by(code=code, user_id=user.id)
        .options(selectinload(Attempt.items).joinedload(AttemptItem.version))
    ).one_or_none()
    if attempt is None:
        raise NotFound
    return attempt


def item_at(attempt: Attempt, position: int) -> AttemptItem:
    item = db.session.scalars(
        select(AttemptItem).filter_by(attempt_id=attempt.id, position=position).options(joinedload(AttemptItem.version))
    ).one_or_none()
    if item is None:
        raise NotFound
    return item


def place_to_answer(user: User, code: UUID, position: int) -> tuple[Attempt, AttemptItem, Answer | None]:
    """The person's attempt, locked, with one of its items and that item's newest answer, in one statement."""
    newest = select(func.max(Answer.serial)).where(
        Answer.attempt_id == Attempt.id, Answer.position == AttemptItem.position
    )
    row = db.session.execute(
        select(Attempt, AttemptItem, Answer)
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .outerjoin(
            Answer,
            (Answer.attempt_id == Attempt.id)
            & (Answer.position == AttemptItem.position)
            & (Answer.serial == newest.correlate(Attempt, AttemptItem).scalar_subquery()),
        )
        .where(Attempt.code == code, Attempt.user_id == user.id, AttemptItem.position == position)
        .with_for_update(of=Attempt)
    ).one_or_none()
    if row is None:
        raise NotFound
    attempt, item, answer = row
    return attempt, item, answer


def length_of(attempt: Attempt) -> int:
    return db.session.scalars(select(func.count(AttemptItem.id)).filter_by(attempt_id=attempt.id)).one()


def find_open(user_id: int, assessment_id: str) -> Attempt | None:
    return db.session.scalars(
        select(Attempt).filter_by(user_id=user_id, assessment_id=assessment_id, submitted_at=None)
    ).one_or_none()


def attempts_at(user_id: int, assessment_id: str) -> Sequence[Attempt]:
    return db.session.scalars(
        select(Attempt).filter_by(user_id=user_id, assessment_id=assessment_id).order_by(Attempt.number)
    ).all()


@dataclass(frozen=True)
class Saved:
    choice: frozenset[str]
    serial: int
    at: datetime


def answers_of(attempt_id: int) -> dict[int, Saved]:
    """The answer that counts at each position: the one with the highest serial."""
    newest = (
        select(Answer.position, func.max(Answer.serial).label("serial"))
        .where(Answer.attempt_id == attempt_id)
        .group_by(Answer.position)
        .subquery()
    )
    rows = db.session.execute(
        select(Answer.position, Answer.choice, Answer.serial, Answer.saved_at)
        .join(newest, (Answer.position == newest.c.position) & (Answer.serial == newest.c.serial))
        .where(Answer.attempt_id == attempt_id)
    )
    return {position: Saved(frozenset(choice), serial, at) for position, choice, serial, at in rows}


def keyed(attempt: Attempt) -> list[Keyed]:
    """The attempt's paper as scoring wants it."""
    return [
        Keyed(
            item.position,
            item.version.content["type"],
            item.version.content["objective"],
            frozenset(item.version.content["key"]),
            item.version.content.get("must_pass", False),
        )
        for item in attempt.items
    ]


def passes_of(user_ids: Collection[int]) -> dict[int, dict[str, Pass]]:
    """Who has passed what: person -> assessment -> the first pass. One query for any number of people."""
    found: dict[int, dict[str, Pass]] = {user_id: {} for user_id in user_ids}
    rows = db.session.scalars(
        select(Attempt).where(Attempt.user_id.in_(user_ids), Attempt.passed.is_(True)).order_by(Attempt.number.desc())
    )
    for row in rows:
        won = Pass(
            str(row.code),
            row.correct or 0,
            row.scored or 0,
            row.submitted_at or row.started_at,
            row.content_hash,
        )
        found[row.user_id][row.assessment_id] = won
    return found

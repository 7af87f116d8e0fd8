from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from sqlalchemy import func, select

from course.assessment.attempts import wording
from course.assessment.attempts.attempt_rules import Granted
from course.assessment.attempts.models import Accommodation, Answer, Attempt, AttemptItem, ItemReport, ItemVersion
from course.assessment.attempts.scoring import Pass, PlacedItem
from course.assessment.attempts.tally import SubmittedAttempt
from course.assessment.attempts.wording import Wording
from course.content.items.base import Answer as ItemAnswer
from course.people.accounts.models import User
from course.platform import db
from course.platform.queries import one_or_404

BATCH_SIZE = 200  # attempts
MAX_CACHED_WORDINGS = 4096
_wordings: dict[str, Wording] = {}  # by digest; a wording never changes


def own_attempt(user: User, code: UUID) -> Attempt:
    """Return the person's attempt without its items. Raise NotFound, also if it is another person's."""
    return one_or_404(select(Attempt).filter_by(code=code, user_id=user.id))


def item_rows_of(attempt: Attempt) -> Sequence[AttemptItem]:
    """Return the rows of an attempt's items in order, without their wordings."""
    return db.session.scalars(select(AttemptItem).filter_by(attempt_id=attempt.id).order_by(AttemptItem.position)).all()


def items_of(attempt: Attempt) -> list[PlacedItem]:
    """Return the items of an attempt in order: one statement once the process has cached their wordings."""
    return placed(item_rows_of(attempt))


def items_of_many(attempt_ids: Collection[int]) -> dict[int, list[PlacedItem]]:
    """Return the items of many attempts, by attempt."""
    rows = db.session.scalars(
        select(AttemptItem).where(AttemptItem.attempt_id.in_(attempt_ids)).order_by(AttemptItem.position)
    ).all()
    found: dict[int, list[PlacedItem]] = {id_: [] for id_ in attempt_ids}
    for row, place in zip(rows, placed(rows), strict=True):
        found[row.attempt_id].append(place)
    return found


def item_at(attempt: Attempt, position: int) -> PlacedItem:
    """Return the item at a position of the attempt. Raise NotFound."""
    return placed([one_or_404(select(AttemptItem).filter_by(attempt_id=attempt.id, position=position))])[0]


def placed(rows: Sequence[AttemptItem]) -> list[PlacedItem]:
    """Return the items of the rows, with their wordings."""
    wordings = wordings_of({row.item_digest for row in rows})
    return [
        PlacedItem(
            row.position,
            wordings[row.item_digest],
            tuple(row.option_order),
            row.item_digest,
            row.flagged,
            row.ruling,
            row.points,
            row.seconds,
        )
        for row in rows
    ]


def wordings_of(digests: Collection[str]) -> dict[str, Wording]:
    """Return wordings by their digest. Those that the process has cached need no statement."""
    found = {digest: _wordings[digest] for digest in digests if digest in _wordings}
    if missing := set(digests) - found.keys():
        rows = db.session.execute(
            select(ItemVersion.digest, ItemVersion.content).where(ItemVersion.digest.in_(missing))
        )
        fresh = {digest: wording.read(content) for digest, content in rows}
        if len(_wordings) > MAX_CACHED_WORDINGS:
            _wordings.clear()
        _wordings.update(fresh)
        found |= fresh
    return found


def attempts_at(user_id: int, assessment_id: str) -> Sequence[Attempt]:
    return db.session.scalars(
        select(Attempt).filter_by(user_id=user_id, assessment_id=assessment_id).order_by(Attempt.number)
    ).all()


def attempts_of(user_id: int) -> Sequence[Attempt]:
    """Return every attempt of a person, newest first."""
    return db.session.scalars(select(Attempt).filter_by(user_id=user_id).order_by(Attempt.id.desc())).all()


def open_attempts_of(user_id: int) -> Sequence[Attempt]:
    return db.session.scalars(select(Attempt).filter_by(user_id=user_id, submitted_at=None)).all()


def find_attempt(code: UUID) -> Attempt | None:
    return db.session.scalars(select(Attempt).filter_by(code=code)).one_or_none()


@dataclass(frozen=True)
class SavedAnswer:
    """The answer that counts for an item. `seconds` are those on the item over all its answers, by the browser."""

    answer: ItemAnswer
    serial: int
    at: datetime
    seconds: int


def answers_of(attempt_id: int) -> dict[int, SavedAnswer]:
    """Return the answer that counts at each position: the one with the highest serial."""
    return answers_of_many([attempt_id])[attempt_id]


def answers_of_many(attempt_ids: Collection[int]) -> dict[int, dict[int, SavedAnswer]]:
    """Return the answers that count, by attempt and position."""
    newest = (
        select(
            Answer.attempt_id,
            Answer.position,
            func.max(Answer.serial).label("serial"),
            func.sum(Answer.spent).label("seconds"),
        )
        .where(Answer.attempt_id.in_(attempt_ids))
        .group_by(Answer.attempt_id, Answer.position)
        .subquery()
    )
    rows = db.session.execute(
        select(
            Answer.attempt_id, Answer.position, Answer.choice, Answer.serial, Answer.saved_at, newest.c.seconds
        ).join(
            newest,
            (Answer.attempt_id == newest.c.attempt_id)
            & (Answer.position == newest.c.position)
            & (Answer.serial == newest.c.serial),
        )
    )
    found: dict[int, dict[int, SavedAnswer]] = {id_: {} for id_ in attempt_ids}
    for attempt_id, position, choice, serial, at, seconds in rows:
        found[attempt_id][position] = SavedAnswer(choice, serial, at, int(seconds))
    return found


def submitted_in_batches(assessment_id: str, until: datetime | None = None) -> Iterator[list[SubmittedAttempt]]:
    """Yield every attempt at an assessment that was submitted by `until`, with three statements for each batch."""
    by_then = Attempt.submitted_at.is_not(None) if until is None else Attempt.submitted_at <= until
    last = 0
    while attempts := db.session.scalars(
        select(Attempt)
        .where(Attempt.assessment_id == assessment_id, by_then, Attempt.id > last)
        .order_by(Attempt.id)
        .limit(BATCH_SIZE)
    ).all():
        ids = [attempt.id for attempt in attempts]
        items, answers = items_of_many(ids), answers_of_many(ids)
        yield [
            submitted(attempt, items[attempt.id], {at: saved.answer for at, saved in answers[attempt.id].items()})
            for attempt in attempts
        ]
        last = ids[-1]


def submitted(attempt: Attempt, items: Sequence[PlacedItem], answers: Mapping[int, ItemAnswer]) -> SubmittedAttempt:
    """Return a submitted attempt as the tallies count it."""
    total, scored = attempt.points or Fraction(0), attempt.scored or 0
    return SubmittedAttempt(attempt.assessment_id, attempt.number == 1, total, scored, items, answers)


def history_of(attempt_id: int) -> Sequence[Answer]:
    """Return every answer that was ever saved, in the order of saving."""
    return db.session.scalars(select(Answer).filter_by(attempt_id=attempt_id).order_by(Answer.id)).all()


def seen_items(user_id: int, assessment_id: str) -> set[str]:
    """Return the ids of the items in the person's earlier attempts."""
    return set(
        db.session.scalars(
            select(AttemptItem.item_id)
            .join(Attempt, Attempt.id == AttemptItem.attempt_id)
            .where(Attempt.user_id == user_id, Attempt.assessment_id == assessment_id)
        )
    )


def find_accommodation(user_id: int) -> Accommodation | None:
    return db.session.scalars(select(Accommodation).filter_by(user_id=user_id)).one_or_none()


def granted_to(user_id: int) -> Granted:
    """Return the person's accommodations."""
    row = find_accommodation(user_id)
    return Granted(row.extra_percent, row.untimed, row.extra_attempts) if row else Granted()


def open_reports(item_id: str | None = None) -> Sequence[ItemReport]:
    """Return learners' reports that have no answer yet, oldest first."""
    reports = select(ItemReport).where(ItemReport.closed_at.is_(None)).order_by(ItemReport.id)
    return db.session.scalars(reports.filter_by(item_id=item_id) if item_id else reports).all()


def passes_of(user_ids: Collection[int]) -> dict[int, dict[str, list[Pass]]]:
    """Return the passes of each person, by assessment, oldest first. One statement for any number of people."""
    found: dict[int, dict[str, list[Pass]]] = {user_id: {} for user_id in user_ids}
    rows = db.session.scalars(
        select(Attempt).where(Attempt.user_id.in_(user_ids), Attempt.passed.is_(True)).order_by(Attempt.number)
    )
    for row in rows:
        found[row.user_id].setdefault(row.assessment_id, []).append(_pass(row))
    return found


def _pass(row: Attempt) -> Pass:
    return Pass(
        str(row.code), row.points or Fraction(0), row.scored or 0, row.submitted_at or row.started_at, row.content_hash
    )


def count_open_reports(user_id: int) -> int:
    """Return how many of the person's reports have no answer yet."""
    return db.session.scalars(select(func.count(ItemReport.id)).filter_by(user_id=user_id, closed_at=None)).one()

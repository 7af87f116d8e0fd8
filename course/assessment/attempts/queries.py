from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select, tuple_

from course.assessment.attempts import wording
from course.assessment.attempts.attempt_rules import Granted
from course.assessment.attempts.models import Accommodation, Answer, Attempt, AttemptItem, ItemReport, ItemVersion
from course.assessment.attempts.scoring import Pass, Place
from course.assessment.attempts.tally import Sat
from course.assessment.attempts.wording import Wording
from course.content.items.base import Answer as Given
from course.people.accounts.models import User
from course.platform import db
from course.platform.web import NotFound

BATCH = 200  # attempts that are read at once
KEPT = 4096  # wordings that a process remembers; they never change
_wordings: dict[str, Wording] = {}


def own_attempt(user: User, code: UUID) -> Attempt:
    """The person's attempt without its items; anyone else's is not found."""
    attempt = db.session.scalars(select(Attempt).filter_by(code=code, user_id=user.id)).one_or_none()
    if attempt is None:
        raise NotFound
    return attempt


def sheet_of(attempt: Attempt) -> Sequence[AttemptItem]:
    """The rows of an attempt's paper, in order, without their wordings."""
    return db.session.scalars(select(AttemptItem).filter_by(attempt_id=attempt.id).order_by(AttemptItem.position)).all()


def paper_of(attempt: Attempt) -> list[Place]:
    """All items of an attempt, in one statement once their wordings are remembered."""
    return places(sheet_of(attempt))


def papers_of(attempt_ids: Collection[int]) -> dict[int, list[Place]]:
    """The items of many attempts, by attempt."""
    rows = db.session.scalars(
        select(AttemptItem).where(AttemptItem.attempt_id.in_(attempt_ids)).order_by(AttemptItem.position)
    ).all()
    found: dict[int, list[Place]] = {id_: [] for id_ in attempt_ids}
    for row, place in zip(rows, places(rows), strict=True):
        found[row.attempt_id].append(place)
    return found


def place_at(attempt: Attempt, position: int) -> Place:
    row = db.session.scalars(select(AttemptItem).filter_by(attempt_id=attempt.id, position=position)).one_or_none()
    if row is None:
        raise NotFound
    return places([row])[0]


def places(rows: Sequence[AttemptItem]) -> list[Place]:
    known = wordings_of({row.item_digest for row in rows})
    return [
        Place(
            row.position,
            known[row.item_digest],
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
    """Wordings by their digest; those that this process knows already cost no statement."""
    found = {digest: _wordings[digest] for digest in digests if digest in _wordings}
    if missing := set(digests) - found.keys():
        rows = db.session.execute(
            select(ItemVersion.digest, ItemVersion.content).where(ItemVersion.digest.in_(missing))
        )
        fresh = {digest: wording.read(content) for digest, content in rows}
        if len(_wordings) > KEPT:
            _wordings.clear()
        _wordings.update(fresh)
        found |= fresh
    return found


@dataclass(frozen=True)
class Target:
    """Where an answer is to be saved, and what stands there."""

    attempt_id: int
    submitted_at: datetime | None
    deadline: datetime | None
    grace_seconds: int
    position: int
    digest: str
    order: Sequence[str]
    serial: int
    answer: Given


def _statement_of_targets() -> Select[Any]:
    """Tables instead of entities, and made once: building it would take longer than asking it."""
    attempt, item, answer = Attempt.__table__, AttemptItem.__table__, Answer.__table__
    newest = (
        select(func.max(answer.c.serial))
        .where(answer.c.attempt_id == attempt.c.id, answer.c.position == item.c.position)
        .correlate(attempt, item)
        .scalar_subquery()
    )
    there = (answer.c.attempt_id == attempt.c.id) & (answer.c.position == item.c.position) & (answer.c.serial == newest)
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
            func.coalesce(answer.c.serial, 0),
            answer.c.choice,
        )
        .select_from(attempt.join(item, item.c.attempt_id == attempt.c.id).outerjoin(answer, there))
        .where(
            attempt.c.code.in_(bindparam("codes", expanding=True)),
            tuple_(attempt.c.code, item.c.position).in_(bindparam("places", expanding=True)),
        )
    )


_LOCK = select(Attempt.id).where(Attempt.code.in_(bindparam("codes", expanding=True))).order_by(Attempt.id)
_TARGETS = _statement_of_targets()


def targets(wanted: Collection[tuple[int, UUID, int]]) -> dict[tuple[int, UUID, int], Target]:
    """For each (person, attempt's code, position) that is theirs: the target, its attempt locked."""
    codes = [code for _, code, _ in wanted]
    db.session.flush()  # a statement on tables does not do so by itself
    db.lock(_LOCK, codes=codes)
    rows = db.session.execute(_TARGETS, {"codes": codes, "places": [(code, position) for _, code, position in wanted]})
    found = {(row[0], row[1], row[6]): Target(*row[2:]) for row in rows}
    return {place: found[place] for place in wanted if place in found}


def attempts_at(user_id: int, assessment_id: str) -> Sequence[Attempt]:
    return db.session.scalars(
        select(Attempt).filter_by(user_id=user_id, assessment_id=assessment_id).order_by(Attempt.number)
    ).all()


def attempts_of(user_id: int) -> Sequence[Attempt]:
    """Every attempt of a person, newest first."""
    return db.session.scalars(select(Attempt).filter_by(user_id=user_id).order_by(Attempt.id.desc())).all()


def open_attempts_of(user_id: int) -> Sequence[Attempt]:
    return db.session.scalars(select(Attempt).filter_by(user_id=user_id, submitted_at=None)).all()


def find_attempt(code: UUID) -> Attempt | None:
    return db.session.scalars(select(Attempt).filter_by(code=code)).one_or_none()


@dataclass(frozen=True)
class Saved:
    """`seconds` on the item over all its answers, as the browser counted them."""

    answer: Given
    serial: int
    at: datetime
    seconds: int


def answers_of(attempt_id: int) -> dict[int, Saved]:
    """The answer that counts at each position: the one with the highest serial."""
    return answers_of_many([attempt_id])[attempt_id]


def answers_of_many(attempt_ids: Collection[int]) -> dict[int, dict[int, Saved]]:
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
    found: dict[int, dict[int, Saved]] = {id_: {} for id_ in attempt_ids}
    for attempt_id, position, choice, serial, at, seconds in rows:
        found[attempt_id][position] = Saved(choice, serial, at, int(seconds))
    return found


def submitted_in_batches(assessment_id: str, until: datetime | None = None) -> Iterator[list[Sat]]:
    """Every submitted attempt at an assessment, as the counts want it; three statements for each batch.

    `until`: without those that were submitted later.
    """
    by_then = Attempt.submitted_at.is_not(None) if until is None else Attempt.submitted_at <= until
    last = 0
    while attempts := db.session.scalars(
        select(Attempt)
        .where(Attempt.assessment_id == assessment_id, by_then, Attempt.id > last)
        .order_by(Attempt.id)
        .limit(BATCH)
    ).all():
        ids = [attempt.id for attempt in attempts]
        papers, answers = papers_of(ids), answers_of_many(ids)
        yield [
            sat(attempt, papers[attempt.id], {at: saved.answer for at, saved in answers[attempt.id].items()})
            for attempt in attempts
        ]
        last = ids[-1]


def sat(attempt: Attempt, paper: Sequence[Place], answers: Mapping[int, Given]) -> Sat:
    """A submitted attempt as the counts want it."""
    total, scored = attempt.points or Fraction(0), attempt.scored or 0
    return Sat(attempt.assessment_id, attempt.number == 1, total, scored, paper, answers)


def history_of(attempt_id: int) -> Sequence[Answer]:
    """Every answer that was ever saved, in the order in which it was."""
    return db.session.scalars(select(Answer).filter_by(attempt_id=attempt_id).order_by(Answer.id)).all()


def seen_items(user_id: int, assessment_id: str) -> set[str]:
    """The items that the person met in earlier attempts."""
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
    """The person's accommodations; none where nothing was set."""
    row = find_accommodation(user_id)
    return Granted(row.extra_percent, row.untimed, row.extra_attempts) if row else Granted()


def open_reports(item_id: str | None = None) -> Sequence[ItemReport]:
    """Learners' reports that nobody has answered, oldest first."""
    wanted = select(ItemReport).where(ItemReport.closed_at.is_(None)).order_by(ItemReport.id)
    return db.session.scalars(wanted.filter_by(item_id=item_id) if item_id else wanted).all()


def passes_of(user_ids: Collection[int]) -> dict[int, dict[str, list[Pass]]]:
    """Who has passed what: person -> assessment -> passes in order. One query for any number of people."""
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

import json
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, String, case, cast, func, select

from course.assessment.attempts import queries as assessment
from course.assessment.attempts.models import Answer, Attempt, AttemptItem, ItemVersion
from course.assessment.attempts.scoring import PlacedItem
from course.certificates.issuing import queries as certificates
from course.certificates.issuing.models import Certificate, Request, Revocation
from course.certificates.rescoring import rescore
from course.certificates.rescoring.models import Question, RescoredAttempt, Rescoring
from course.certificates.rescoring.rescore import Effect, Result, Scope, Sitting
from course.content.items.base import Answer as Given
from course.content.items.base import Item
from course.content.queries import catalog
from course.learning.study import cycle_period
from course.learning.study import queries as study
from course.people.accounts.models import User
from course.platform import db
from course.platform.web import NotFound

# Columns, not objects: what a re-scoring writes in bulk would leave objects behind the times.
SCORE = (
    Attempt.id,
    Attempt.code,
    Attempt.user_id,
    Attempt.assessment_id,
    Attempt.number,
    Attempt.pass_mark,
    Attempt.submitted_at,
    Attempt.points,
    Attempt.scored,
    Attempt.passed,
)


def scope_of(item_id: str, *, for_update: bool = False) -> Scope:
    """All that a re-scoring of the item reaches; `for_update` locks the attempts. Five statements, however many.

    Raises NotFound for an item that is in no bank and on no paper.
    """
    holding = select(AttemptItem.attempt_id).where(AttemptItem.item_id == item_id)
    wanted = select(*SCORE).where(Attempt.id.in_(holding)).order_by(Attempt.id)
    attempts = db.session.execute(wanted.with_for_update() if for_update else wanted).all()
    in_bank = catalog().items.get(item_id)
    if not attempts and in_bank is None:
        raise NotFound
    earlier = db.session.scalars(select(func.count(Rescoring.id)).filter_by(item_id=item_id)).one()
    papers, answers = _papers(holding), _answers_to(item_id)
    sittings = (_sitting(attempt, papers[attempt.id], answers.get(attempt.id, {})) for attempt in attempts)
    return Scope(item_id, in_bank[0] if in_bank else None, tuple(sittings), earlier)


def _sitting(attempt: Row[*tuple[Any, ...]], paper: list[PlacedItem], answers: dict[int, Given]) -> Sitting:
    result = Result(attempt.points, attempt.scored, attempt.passed) if attempt.submitted_at else None
    return Sitting(
        attempt.id,
        str(attempt.code),
        attempt.user_id,
        attempt.assessment_id,
        attempt.number,
        attempt.pass_mark,
        result,
        tuple(paper),
        answers,
    )


def _papers(holding: Select[int]) -> dict[int, list[PlacedItem]]:
    """The papers, as far as scoring needs them, in one statement once their wordings are remembered."""
    rows = db.session.execute(
        select(
            AttemptItem.attempt_id,
            AttemptItem.position,
            AttemptItem.item_digest,
            AttemptItem.option_order,
            AttemptItem.ruling,
            AttemptItem.points,
        )
        .where(AttemptItem.attempt_id.in_(holding))
        .order_by(AttemptItem.attempt_id, AttemptItem.position)
    ).all()
    known = assessment.wordings_of({row.item_digest for row in rows})
    found: dict[int, list[PlacedItem]] = {}
    for row in rows:
        place = PlacedItem(
            row.position,
            known[row.item_digest],
            tuple(row.option_order),
            row.item_digest,
            ruling=row.ruling,
            points=row.points,
        )
        found.setdefault(row.attempt_id, []).append(place)
    return found


def _answers_to(item_id: str) -> dict[int, dict[int, Given]]:
    """The answer that counts to the item: attempt -> position -> answer."""
    newest = (
        select(Answer.attempt_id, Answer.position, func.max(Answer.serial).label("serial"))
        .join(
            AttemptItem,
            (AttemptItem.attempt_id == Answer.attempt_id) & (AttemptItem.position == Answer.position),
        )
        .where(AttemptItem.item_id == item_id)
        .group_by(Answer.attempt_id, Answer.position)
        .subquery()
    )
    rows = db.session.execute(
        select(Answer.attempt_id, Answer.position, Answer.choice).join(
            newest,
            (Answer.attempt_id == newest.c.attempt_id)
            & (Answer.position == newest.c.position)
            & (Answer.serial == newest.c.serial),
        )
    )
    found: dict[int, dict[int, Given]] = {}
    for attempt_id, position, choice in rows:
        found.setdefault(attempt_id, {})[position] = choice
    return found


@dataclass(frozen=True)
class Consequences:
    """What rests on the passes that a decision would take: valid certificates, and requests that wait."""

    certificates: Sequence[Certificate] = ()
    requests: Sequence[Request] = ()


def consequences_of(effect: Effect) -> Consequences:
    if not effect.lost:
        return Consequences()
    people = {change.sitting.user_id for change in (*effect.lost, *effect.gained)}
    rows = db.session.execute(
        select(Attempt.id, Attempt.user_id, Attempt.assessment_id, Attempt.submitted_at, Attempt.passed).where(
            Attempt.user_id.in_(people), Attempt.submitted_at.is_not(None)
        )
    ).all()
    turn = _turns(people)
    gone = effect.passes_gone(
        {row.id: turn(row.user_id, row.assessment_id, row.submitted_at) for row in rows},
        [row.id for row in rows if row.passed],
    )

    def is_gone(person: int, assessment_id: str, at: datetime) -> bool:
        return turn(person, assessment_id, at) in gone

    losers = {person for person, _, _ in gone}
    return Consequences(
        certificates.awards_resting_on(losers, is_gone), certificates.requests_resting_on(losers, is_gone)
    )


def _turns(people: Collection[int]) -> Callable[[int, str, datetime], rescore.Turn]:
    cycles, courses = study.cycles_of(people), catalog().courses.values()

    def turn(person: int, assessment_id: str, at: datetime) -> rescore.Turn:
        return person, assessment_id, cycle_period.number_at(cycles[person], courses, assessment_id, at)

    return turn


@dataclass(frozen=True)
class ChangedKey:
    """An item of a bank whose key is no longer the one by which `attempts` submitted attempts are scored."""

    item: Item
    module: str
    attempts: int


def changed_keys() -> list[ChangedKey]:
    """Items whose key was corrected since they were answered, and about which nothing was decided yet."""
    bank = catalog().items
    suspects = _suspects()
    ruling = cast(AttemptItem.ruling, String)  # PostgreSQL doesn't group by JSON
    rows = db.session.execute(
        select(AttemptItem.item_id, AttemptItem.item_digest, ruling, func.count())
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .where(AttemptItem.item_id.in_(suspects), Attempt.submitted_at.is_not(None))
        .group_by(AttemptItem.item_id, AttemptItem.item_digest, ruling)
    ).all()
    known = assessment.wordings_of({row[1] for row in rows})
    found: Counter[str] = Counter()
    for item_id, digest, ruled, count in rows:
        if not rescore.is_settled(known[digest].item, bank[item_id][0], json.loads(ruled) if ruled else None):
            found[item_id] += count
    return [ChangedKey(bank[id_][0], bank[id_][1].title, count) for id_, count in sorted(found.items())]


def _suspects() -> set[str]:
    """Items of the banks with a wording that has another key, or that were re-scored already."""
    bank = catalog().items
    versions = db.session.execute(select(ItemVersion.digest, ItemVersion.item_id)).all()
    old = {digest: id_ for digest, id_ in versions if id_ in bank and bank[id_][0].digest != digest}
    known = assessment.wordings_of(old)
    changed = {id_ for digest, id_ in old.items() if not rescore.is_settled(known[digest].item, bank[id_][0], None)}
    return changed | {id_ for id_ in db.session.scalars(select(Rescoring.item_id).distinct()) if id_ in bank}


def find_decided(shown: str) -> Rescoring | None:
    """The re-scoring that was decided on this preview."""
    return db.session.scalars(select(Rescoring).filter_by(shown=shown)).one_or_none()


def rescoring_of(code: UUID) -> Rescoring:
    found = db.session.scalars(select(Rescoring).filter_by(code=code)).one_or_none()
    if found is None:
        raise NotFound
    return found


def history(*, page: int, size: int) -> Sequence[Row[Rescoring, int, int, int]]:
    """Re-scorings, newest first, each with `changed`, `gained` and `lost`: its attempts, passes given, passes taken."""
    given = RescoredAttempt.passed_after & ~RescoredAttempt.passed_before
    taken = RescoredAttempt.passed_before & ~RescoredAttempt.passed_after
    return db.session.execute(
        select(
            Rescoring,
            func.count(RescoredAttempt.id).label("changed"),
            func.coalesce(func.sum(_one_if(given)), 0).label("gained"),
            func.coalesce(func.sum(_one_if(taken)), 0).label("lost"),
        )
        .outerjoin(RescoredAttempt, RescoredAttempt.rescoring_id == Rescoring.id)
        .group_by(Rescoring.id)
        .order_by(Rescoring.id.desc())
        .offset((page - 1) * size)
        .limit(size)
    ).all()


def _one_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def count_rescorings() -> int:
    return db.session.scalars(select(func.count(Rescoring.id))).one()


def rescored(rescoring: Rescoring, *, page: int, size: int) -> Sequence[Row[RescoredAttempt, Attempt, User]]:
    """The attempts that a re-scoring changed, with whose they are."""
    return db.session.execute(
        select(RescoredAttempt, Attempt, User)
        .join(Attempt, Attempt.id == RescoredAttempt.attempt_id)
        .join(User, User.id == Attempt.user_id)
        .where(RescoredAttempt.rescoring_id == rescoring.id)
        .order_by(RescoredAttempt.id)
        .offset((page - 1) * size)
        .limit(size)
    ).all()


def count_rescored(rescoring: Rescoring) -> int:
    return db.session.scalars(select(func.count(RescoredAttempt.id)).filter_by(rescoring_id=rescoring.id)).one()


def open_questions() -> Sequence[Row[Question, Certificate, Rescoring]]:
    """Certificates in question, oldest first; one that was revoked since is in question no more."""
    return db.session.execute(
        select(Question, Certificate, Rescoring)
        .join(Certificate, Certificate.code == Question.certificate_code)
        .join(Rescoring, Rescoring.id == Question.rescoring_id)
        .outerjoin(Revocation, Revocation.certificate_id == Certificate.id)
        .where(Question.decision.is_(None), Revocation.id.is_(None))
        .order_by(Question.id)
    ).all()


def questions_of(rescoring: Rescoring) -> Sequence[Question]:
    return db.session.scalars(select(Question).filter_by(rescoring_id=rescoring.id).order_by(Question.id)).all()


def question_of(code: UUID) -> tuple[Question, Rescoring]:
    found = db.session.execute(
        select(Question, Rescoring).join(Rescoring, Rescoring.id == Question.rescoring_id).where(Question.code == code)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def undecided_of(certificate_code: str) -> Sequence[Row[Question, UUID]]:
    """The open questions of a certificate, each with the code of the re-scoring that asked it."""
    return db.session.execute(
        select(Question, Rescoring.code)
        .join(Rescoring, Rescoring.id == Question.rescoring_id)
        .where(Question.certificate_code == certificate_code, Question.decision.is_(None))
        .order_by(Question.id)
    ).all()


def scores_behind(questions: Sequence[Question]) -> dict[int, list[tuple[Attempt, RescoredAttempt]]]:
    """By question: the attempts whose pass its re-scoring took from the person."""
    rows = db.session.execute(
        select(RescoredAttempt, Attempt)
        .join(Attempt, Attempt.id == RescoredAttempt.attempt_id)
        .where(
            RescoredAttempt.rescoring_id.in_({question.rescoring_id for question in questions}),
            Attempt.user_id.in_({question.user_id for question in questions}),
            RescoredAttempt.passed_before,
            ~RescoredAttempt.passed_after,
        )
        .order_by(RescoredAttempt.id)
    ).all()
    return {
        question.id: [
            (attempt, change)
            for change, attempt in rows
            if change.rescoring_id == question.rescoring_id and attempt.user_id == question.user_id
        ]
        for question in questions
    }

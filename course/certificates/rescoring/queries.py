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
from course.certificates.rescoring import rescoring_effect
from course.certificates.rescoring.models import CertificateQuestion, RescoredAttempt, Rescoring
from course.certificates.rescoring.rescoring_effect import (
    AffectedAttempt,
    AttemptResult,
    DecisionEffect,
    RescoringScope,
)
from course.content.items.base import Answer as ItemAnswer
from course.content.items.base import Item
from course.content.queries import catalog
from course.learning.study import cycle_period
from course.learning.study import queries as study
from course.people.accounts.models import User
from course.platform import db
from course.platform.queries import Page, found_or_404, one_or_404
from course.platform.web import NotFound

# Columns, not objects: a rescoring writes in bulk, which would leave loaded objects outdated.
ATTEMPT_COLUMNS = (
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


def scope_of(item_id: str, *, for_update: bool = False) -> RescoringScope:
    """Return all that a rescoring of the item affects, in five statements. `for_update` locks the attempts.

    Raise NotFound for an item that is in no bank and in no attempt.
    """
    with_item = select(AttemptItem.attempt_id).where(AttemptItem.item_id == item_id)
    wanted = select(*ATTEMPT_COLUMNS).where(Attempt.id.in_(with_item)).order_by(Attempt.id)
    attempts = db.session.execute(wanted.with_for_update() if for_update else wanted).all()
    in_bank = catalog().items.get(item_id)
    if not attempts and in_bank is None:
        raise NotFound
    earlier = db.session.scalars(select(func.count(Rescoring.id)).filter_by(item_id=item_id)).one()
    papers, answers = _papers(with_item), _answers_to(item_id)
    affected = (_affected_attempt(attempt, papers[attempt.id], answers.get(attempt.id, {})) for attempt in attempts)
    return RescoringScope(item_id, in_bank[0] if in_bank else None, tuple(affected), earlier)


def _affected_attempt(
    attempt: Row[*tuple[Any, ...]], paper: list[PlacedItem], answers: dict[int, ItemAnswer]
) -> AffectedAttempt:
    result = AttemptResult(attempt.points, attempt.scored, attempt.passed) if attempt.submitted_at else None
    return AffectedAttempt(
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


def _papers(attempt_ids: Select[int]) -> dict[int, list[PlacedItem]]:
    """Return the items of the attempts, as far as scoring needs them, by attempt id."""
    rows = db.session.execute(
        select(
            AttemptItem.attempt_id,
            AttemptItem.position,
            AttemptItem.item_digest,
            AttemptItem.option_order,
            AttemptItem.ruling,
            AttemptItem.points,
        )
        .where(AttemptItem.attempt_id.in_(attempt_ids))
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


def _answers_to(item_id: str) -> dict[int, dict[int, ItemAnswer]]:
    """Return the newest answer to the item: attempt id -> position -> answer."""
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
    found: dict[int, dict[int, ItemAnswer]] = {}
    for attempt_id, position, choice in rows:
        found.setdefault(attempt_id, {})[position] = choice
    return found


@dataclass(frozen=True)
class Consequences:
    """What depends on the passes that a decision would take away: certificates not ended, and waiting requests."""

    certificates: Sequence[Certificate] = ()
    requests: Sequence[Request] = ()


def consequences_of(effect: DecisionEffect) -> Consequences:
    """Return what would depend on no pass any more."""
    if not effect.lost:
        return Consequences()
    people = {change.attempt.user_id for change in (*effect.lost, *effect.gained)}
    rows = db.session.execute(
        select(Attempt.id, Attempt.user_id, Attempt.assessment_id, Attempt.submitted_at, Attempt.passed).where(
            Attempt.user_id.in_(people), Attempt.submitted_at.is_not(None)
        )
    ).all()
    cycle_of = _cycle_finder(people)
    gone = effect.passes_gone(
        {row.id: cycle_of(row.user_id, row.assessment_id, row.submitted_at) for row in rows},
        [row.id for row in rows if row.passed],
    )

    def is_gone(person: int, assessment_id: str, at: datetime) -> bool:
        return cycle_of(person, assessment_id, at) in gone

    losers = {person for person, _, _ in gone}
    return Consequences(
        certificates.awards_relying_on(losers, is_gone), certificates.requests_relying_on(losers, is_gone)
    )


def _cycle_finder(people: Collection[int]) -> Callable[[int, str, datetime], rescoring_effect.AssessmentCycle]:
    cycles, courses = study.cycles_of(people), catalog().courses.values()

    def cycle_of(person: int, assessment_id: str, at: datetime) -> rescoring_effect.AssessmentCycle:
        return person, assessment_id, cycle_period.number_at(cycles[person], courses, assessment_id, at)

    return cycle_of


@dataclass(frozen=True)
class ChangedKey:
    """An item whose key differs from the key that scored `attempts` submitted attempts."""

    item: Item
    module: str
    attempts: int


def changed_keys() -> list[ChangedKey]:
    """Return the items whose key has changed since they were answered, and that are not decided on yet."""
    bank = catalog().items
    candidates = _candidates()
    ruling = cast(AttemptItem.ruling, String)  # PostgreSQL cannot group by JSON
    rows = db.session.execute(
        select(AttemptItem.item_id, AttemptItem.item_digest, ruling, func.count())
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .where(AttemptItem.item_id.in_(candidates), Attempt.submitted_at.is_not(None))
        .group_by(AttemptItem.item_id, AttemptItem.item_digest, ruling)
    ).all()
    known = assessment.wordings_of({row[1] for row in rows})
    found: Counter[str] = Counter()
    for item_id, digest, ruled, count in rows:
        if not rescoring_effect.is_settled(known[digest].item, bank[item_id][0], json.loads(ruled) if ruled else None):
            found[item_id] += count
    return [ChangedKey(bank[id_][0], bank[id_][1].title, count) for id_, count in sorted(found.items())]


def _candidates() -> set[str]:
    """Return the ids of bank items with a wording that has another key, or that were rescored before."""
    bank = catalog().items
    versions = db.session.execute(select(ItemVersion.digest, ItemVersion.item_id)).all()
    old = {digest: id_ for digest, id_ in versions if id_ in bank and bank[id_][0].digest != digest}
    known = assessment.wordings_of(old)
    changed = {
        id_ for digest, id_ in old.items() if not rescoring_effect.is_settled(known[digest].item, bank[id_][0], None)
    }
    return changed | {id_ for id_ in db.session.scalars(select(Rescoring.item_id).distinct()) if id_ in bank}


def find_decided(shown: str) -> Rescoring | None:
    """Return the rescoring that was decided on this preview, or None."""
    return db.session.scalars(select(Rescoring).filter_by(shown=shown)).one_or_none()


def rescoring_of(code: UUID) -> Rescoring:
    return one_or_404(select(Rescoring).filter_by(code=code))


def history(*, number: int, size: int) -> Page[Row[Rescoring, int, int, int]]:
    """Return rescorings, newest first, with the numbers of attempts `changed` and of passes `gained` and `lost`."""
    given = RescoredAttempt.passed_after & ~RescoredAttempt.passed_before
    taken = RescoredAttempt.passed_before & ~RescoredAttempt.passed_after
    rows = db.session.execute(
        select(
            Rescoring,
            func.count(RescoredAttempt.id).label("changed"),
            func.coalesce(func.sum(_one_if(given)), 0).label("gained"),
            func.coalesce(func.sum(_one_if(taken)), 0).label("lost"),
        )
        .outerjoin(RescoredAttempt, RescoredAttempt.rescoring_id == Rescoring.id)
        .group_by(Rescoring.id)
        .order_by(Rescoring.id.desc())
        .offset((number - 1) * size)
        .limit(size)
    ).all()
    total = db.session.scalars(select(func.count(Rescoring.id))).one()
    return Page(rows, number, total, size)


def _one_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def rescored(rescoring: Rescoring, *, number: int, size: int) -> Page[Row[RescoredAttempt, Attempt, User]]:
    """Return the attempts that a rescoring changed, each with its person."""
    rows = db.session.execute(
        select(RescoredAttempt, Attempt, User)
        .join(Attempt, Attempt.id == RescoredAttempt.attempt_id)
        .join(User, User.id == Attempt.user_id)
        .where(RescoredAttempt.rescoring_id == rescoring.id)
        .order_by(RescoredAttempt.id)
        .offset((number - 1) * size)
        .limit(size)
    ).all()
    total = db.session.scalars(select(func.count(RescoredAttempt.id)).filter_by(rescoring_id=rescoring.id)).one()
    return Page(rows, number, total, size)


def open_questions() -> Sequence[Row[CertificateQuestion, Certificate, Rescoring]]:
    """Return the certificates that still need a decision, oldest first; revoked ones need none."""
    return db.session.execute(
        select(CertificateQuestion, Certificate, Rescoring)
        .join(Certificate, Certificate.code == CertificateQuestion.certificate_code)
        .join(Rescoring, Rescoring.id == CertificateQuestion.rescoring_id)
        .outerjoin(Revocation, Revocation.certificate_id == Certificate.id)
        .where(CertificateQuestion.decision.is_(None), Revocation.id.is_(None))
        .order_by(CertificateQuestion.id)
    ).all()


def questions_of(rescoring: Rescoring) -> Sequence[CertificateQuestion]:
    return db.session.scalars(
        select(CertificateQuestion).filter_by(rescoring_id=rescoring.id).order_by(CertificateQuestion.id)
    ).all()


def question_of(code: UUID) -> Row[CertificateQuestion, Rescoring]:
    """Return the question and its rescoring."""
    return found_or_404(
        db.session.execute(
            select(CertificateQuestion, Rescoring)
            .join(Rescoring, Rescoring.id == CertificateQuestion.rescoring_id)
            .where(CertificateQuestion.code == code)
        ).one_or_none()
    )


def undecided_of(certificate_code: str) -> Sequence[Row[CertificateQuestion, UUID]]:
    """Return the open questions about a certificate, each with the code of its rescoring."""
    return db.session.execute(
        select(CertificateQuestion, Rescoring.code)
        .join(Rescoring, Rescoring.id == CertificateQuestion.rescoring_id)
        .where(CertificateQuestion.certificate_code == certificate_code, CertificateQuestion.decision.is_(None))
        .order_by(CertificateQuestion.id)
    ).all()


def scores_behind(questions: Sequence[CertificateQuestion]) -> dict[int, list[tuple[Attempt, RescoredAttempt]]]:
    """Return, by id of the question, the person's attempts whose pass its rescoring took away."""
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

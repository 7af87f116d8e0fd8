from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func, select

from course.assessment.attempts import queries as attempts
from course.assessment.attempts.models import Attempt, AttemptItem
from course.assessment.attempts.scoring import PlacedItem, place_of
from course.assessment.practice import practice_order, review_gate, schedule, session
from course.assessment.practice.models import Card, Plan, Recall
from course.assessment.practice.review_gate import AttemptOutcome, ScoredItem
from course.assessment.practice.session import ReviewItem, ReviewSession
from course.content.queries import catalog
from course.content.schema.assessment import Assessment
from course.content.schema.module import Module
from course.learning.study import cycle_period
from course.learning.study import queries as study
from course.people.accounts.models import User
from course.platform import db
from course.platform.queries import one_or_404
from course.platform.web import NotFound, Refused


class AttemptOpen(Refused):
    """`assessments` have an open attempt and use the bank."""

    message = "An open attempt may ask these questions. Submit it first, because practice shows the answers."

    def __init__(self, assessments: Sequence[Assessment]) -> None:
        super().__init__()
        self.assessments = assessments


class StudyFirst(Refused):
    """Practice shows the answers of a graded quiz, so a new account must not get them without studying."""

    message = "Practice opens when you have completed every section of the module."

    def __init__(self, module: Module) -> None:
        super().__init__()
        self.module = module


def practice_place(user: User, module: Module, seed: str, number: int) -> tuple[PlacedItem, int]:
    """Return the item at this number of a module's practice, and how many there are. Raise as require_practice."""
    require_practice(user, module)
    bank = catalog().banks[module.id]
    items = practice_order.practiced(bank, _must_pass_met(user.id, module), seed)
    if not 1 <= number <= len(items):
        raise NotFound
    return place_of(items[number - 1], module, seed, number), len(items)


def require_practice(user: User, module: Module) -> None:
    """Raise NotFound if the course file allows no practice, else StudyFirst or AttemptOpen as long as they apply."""
    quiz = catalog().quiz_of(module.id)
    if quiz is None or not quiz.practice:
        raise NotFound
    if not study.has_studied(user.id, module):
        raise StudyFirst(module)
    running = review_gate.running(catalog().assessments.values(), _outcomes(user.id))
    if using := [assessment for assessment in running if module.id in assessment.banks]:
        raise AttemptOpen(using)


def _outcomes(user_id: int) -> list[AttemptOutcome]:
    rows = db.session.execute(
        select(Attempt.assessment_id, Attempt.submitted_at, Attempt.passed).filter_by(user_id=user_id)
    )
    return [AttemptOutcome(id_, submitted_at, bool(passed)) for id_, submitted_at, passed in rows]


def _since_renewals(user_id: int, outcomes: Sequence[AttemptOutcome]) -> list[AttemptOutcome]:
    """Leave out the attempts from before the person took a course again: its assessments can be taken again too."""
    openings, courses = study.cycles_of([user_id])[user_id], catalog().courses.values()
    renewed = {one.assessment_id: cycle_period.since(openings, courses, one.assessment_id) for one in outcomes}
    return [
        one
        for one in outcomes
        if one.submitted_at is None or (since := renewed[one.assessment_id]) is None or one.submitted_at > since
    ]


def _must_pass_met(user_id: int, module: Module) -> set[str]:
    wanted = [item.id for item in catalog().banks[module.id].items if item.must_pass]
    return set(
        db.session.scalars(
            select(AttemptItem.item_id)
            .join(Attempt, Attempt.id == AttemptItem.attempt_id)
            .where(Attempt.user_id == user_id, Attempt.submitted_at.is_not(None), AttemptItem.item_id.in_(wanted))
        )
    )


def _scored_items(user_id: int) -> list[ScoredItem]:
    """Return the items of the person's submitted attempts without those that a rescoring dropped."""
    rows = db.session.execute(
        select(Attempt.assessment_id, AttemptItem.item_id, AttemptItem.points, Attempt.submitted_at)
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .where(Attempt.user_id == user_id, Attempt.submitted_at.is_not(None))
        .order_by(Attempt.id)
    )
    return [ScoredItem(id_, item_id, points, at) for id_, item_id, points, at in rows if points is not None and at]


def find_plan(user_id: int) -> Plan | None:
    return db.session.scalars(select(Plan).filter_by(user_id=user_id)).one_or_none()


def own_card(user_id: int, item_id: str) -> Card:
    """Return the person's card of an item. Raise NotFound, also if it is another person's."""
    return one_or_404(select(Card).filter_by(user_id=user_id, item_id=item_id))


def answers_to(card: Card) -> int:
    """Return how many times the card was answered."""
    return db.session.scalars(select(func.max(Recall.serial)).filter_by(card_id=card.id)).one() or 0


def card_place(card: Card, serial: int) -> PlacedItem:
    """Return the card's item in today's wording, with new values each time. Raise NotFound if it has left its bank."""
    if card.item_id not in catalog().items:
        raise NotFound
    item, module = catalog().items[card.item_id]
    return place_of(item, module, f"card:{card.id}/{serial}")


@dataclass(frozen=True)
class Review:
    """A person's review: the items that may be asked, today's session, and open attempts that hold items back."""

    items: tuple[ReviewItem, ...]
    session: ReviewSession
    running: tuple[Assessment, ...]


def review_of(user_id: int, now: datetime) -> Review:
    """Return the review, in six statements. An item without a card is listed as the card that it would get."""
    content, outcomes = catalog(), _outcomes(user_id)
    running = review_gate.running(content.assessments.values(), outcomes)
    granted = attempts.granted_to(user_id)
    scored = review_gate.reviewable(
        _scored_items(user_id),
        review_gate.finished(content.assessments, _since_renewals(user_id, outcomes), granted, now),
        {id_: module.id for id_, (_, module) in content.items.items()},
        {bank for assessment in running for bank in assessment.banks},
    )
    cards = {card.item_id: card for card in db.session.scalars(select(Card).filter_by(user_id=user_id))}
    items = tuple(_review_item(one, cards.get(id_)) for id_, one in scored.items())
    done, pace = _pace(user_id, session.begin_of(session.day_of(now)))
    today = ReviewSession(done, session.waiting(items, now), session.size(pace))
    return Review(items, today, tuple(running))


def _review_item(scored: ScoredItem, card: Card | None) -> ReviewItem:
    if card:
        return ReviewItem(card.item_id, card.memory, card.due_at, stored=True)
    return ReviewItem(scored.item_id, *schedule.first(scored.points, scored.at), stored=False)


def _pace(user_id: int, today: datetime) -> tuple[int, float | None]:
    """Return how many items the person has answered today, and the mean seconds for an item on earlier days."""
    done, pace = db.session.execute(
        select(
            func.count(case((Recall.at >= today, 1))),
            func.avg(case(((Recall.at < today) & (Recall.seconds > 0), Recall.seconds))),
        )
        .join(Card, Card.id == Recall.card_id)
        .where(Card.user_id == user_id)
    ).one()
    return done, float(pace) if pace else None


def to_remind(day: date) -> Sequence[int]:
    """Return the ids of the people who asked for reminders and have had none that day."""
    return db.session.scalars(
        select(Plan.user_id).where(Plan.by_mail, Plan.mailed_on.is_distinct_from(day)).order_by(Plan.id)
    ).all()

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func, select

from course.assessment.attempts import queries as assessment
from course.assessment.attempts.models import Attempt, AttemptItem
from course.assessment.attempts.scoring import PlacedItem, place_of
from course.assessment.practice import practice_order, review_gate, schedule, session
from course.assessment.practice.models import Card, Plan, Recall
from course.assessment.practice.review_gate import Met, Sitting
from course.assessment.practice.session import Entry, Session
from course.content.queries import catalog
from course.content.schema.assessment import Assessment
from course.content.schema.module import Module
from course.learning.study import cycle_period
from course.learning.study import queries as study
from course.people.accounts.models import User
from course.platform import db
from course.platform.web import NotFound, Refused


class AttemptOpen(Refused):
    """`assessments` are those with an open attempt that draw on the bank."""

    message = "An attempt is open that may ask these questions. Submit it first; practice would show its answers."

    def __init__(self, assessments: Sequence[Assessment]) -> None:
        super().__init__()
        self.assessments = assessments


def practice_place(user: User, module: Module, seed: str, number: int) -> tuple[PlacedItem, int]:
    """The item at this place of a module's practice, and how many there are. Raises NotFound and AttemptOpen."""
    require_practice(user, module)
    bank = catalog().banks[module.id]
    items = practice_order.practiced(bank, _met_must_pass(user.id, module), seed)
    if not 1 <= number <= len(items):
        raise NotFound
    return place_of(items[number - 1], module, seed, number), len(items)


def require_practice(user: User, module: Module) -> None:
    """Raises NotFound where the course file allows no practice, AttemptOpen while it would give answers away."""
    quiz = catalog().quiz_of(module.id)
    if quiz is None or not quiz.practice:
        raise NotFound
    running = review_gate.running(catalog().assessments.values(), _sittings(user.id))
    if drawing := [one for one in running if module.id in one.banks]:
        raise AttemptOpen(drawing)


def _sittings(user_id: int) -> list[Sitting]:
    rows = db.session.execute(
        select(Attempt.assessment_id, Attempt.submitted_at, Attempt.passed).filter_by(user_id=user_id)
    )
    return [Sitting(id_, submitted_at, bool(passed)) for id_, submitted_at, passed in rows]


def _since_renewals(user_id: int, sittings: Sequence[Sitting]) -> list[Sitting]:
    """Without those of before a course was begun anew: as good as never, its assessments can be taken again."""
    openings, courses = study.cycles_of([user_id])[user_id], catalog().courses.values()
    anew = {one.assessment_id: cycle_period.since(openings, courses, one.assessment_id) for one in sittings}
    return [
        one
        for one in sittings
        if one.submitted_at is None or (since := anew[one.assessment_id]) is None or one.submitted_at > since
    ]


def _met_must_pass(user_id: int, module: Module) -> set[str]:
    wanted = [item.id for item in catalog().banks[module.id].items if item.must_pass]
    return set(
        db.session.scalars(
            select(AttemptItem.item_id)
            .join(Attempt, Attempt.id == AttemptItem.attempt_id)
            .where(Attempt.user_id == user_id, Attempt.submitted_at.is_not(None), AttemptItem.item_id.in_(wanted))
        )
    )


def _met(user_id: int) -> list[Met]:
    """The items of the person's submitted attempts; those that a re-scoring dropped are left out."""
    rows = db.session.execute(
        select(Attempt.assessment_id, AttemptItem.item_id, AttemptItem.points, Attempt.submitted_at)
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .where(Attempt.user_id == user_id, Attempt.submitted_at.is_not(None))
        .order_by(Attempt.id)
    )
    return [Met(id_, item_id, points, at) for id_, item_id, points, at in rows if points is not None and at]


def find_plan(user_id: int) -> Plan | None:
    return db.session.scalars(select(Plan).filter_by(user_id=user_id)).one_or_none()


def own_card(user_id: int, item_id: str) -> Card:
    """The person's card of an item; anyone else's is not found."""
    card = db.session.scalars(select(Card).filter_by(user_id=user_id, item_id=item_id)).one_or_none()
    if card is None:
        raise NotFound
    return card


def answers_to(card: Card) -> int:
    """How often the card was answered."""
    return db.session.scalars(select(func.max(Recall.serial)).filter_by(card_id=card.id)).one() or 0


def card_place(card: Card, serial: int) -> PlacedItem:
    """The card's item in today's wording, with other values each time. Raises NotFound once it left its bank."""
    if card.item_id not in catalog().items:
        raise NotFound
    item, module = catalog().items[card.item_id]
    return place_of(item, module, f"card:{card.id}/{serial}")


@dataclass(frozen=True)
class Review:
    """Where someone's review stands: what may be asked, today's session, and open attempts that keep items back."""

    entries: tuple[Entry, ...]
    session: Session
    running: tuple[Assessment, ...]


def review_of(user_id: int, now: datetime) -> Review:
    """Six statements, however much there is. Items without a card yet stand in as the card that they would get."""
    content, sittings = catalog(), _sittings(user_id)
    running = review_gate.running(content.assessments.values(), sittings)
    found = review_gate.recalled(
        _met(user_id),
        review_gate.ended(content.assessments, _since_renewals(user_id, sittings), assessment.granted_to(user_id), now),
        {id_: module.id for id_, (_, module) in content.items.items()},
        {bank for one in running for bank in one.banks},
    )
    cards = {card.item_id: card for card in db.session.scalars(select(Card).filter_by(user_id=user_id))}
    entries = tuple(_entry(met, cards.get(id_)) for id_, met in found.items())
    done, pace = _pace(user_id, session.begin_of(session.day_of(now)))
    today = Session(done, session.waiting(entries, now), session.size(pace))
    return Review(entries, today, tuple(running))


def _entry(met: Met, card: Card | None) -> Entry:
    if card:
        return Entry(card.item_id, card.memory, card.due_at, stored=True)
    return Entry(met.item_id, *schedule.first(met.points, met.at), stored=False)


def _pace(user_id: int, today: datetime) -> tuple[int, float | None]:
    """How many items the person answered since the day began, and the mean seconds for one on the days before."""
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
    """The people who wish a mail and got none that day."""
    return db.session.scalars(
        select(Plan.user_id).where(Plan.by_mail, Plan.mailed_on.is_distinct_from(day)).order_by(Plan.id)
    ).all()

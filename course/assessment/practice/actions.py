"""The verbs of spaced review. None is audited: what someone recalls is theirs alone and counts for nothing."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from course.assessment.attempts.scoring import PlacedItem
from course.assessment.attempts.tally import MAX_ITEM_SECONDS
from course.assessment.practice import queries, schedule, session
from course.assessment.practice.models import Card, Plan, Recall
from course.content.items.base import Answer
from course.people.accounts import queries as accounts
from course.people.accounts.models import User
from course.platform import db, jobs
from course.platform.db import unit_of_work
from course.platform.mail.subscriptions import Subscription, remind_each
from course.platform.web import Refused
from course.site import site

REVIEW_MAILS = Subscription(salt="review-mail", path="/review/stop")


class ItemWaits(Refused):
    message = "This question can't be asked now. Go back to the review for those that can."


class NotStarted(Refused):
    message = "Start the review first, then choose whether a mail tells what is due."


class ConfirmFirst(Refused):
    message = "Confirm your address first: your profile sends you the link."


@unit_of_work
def start(user: User, *, now: datetime) -> Plan:
    """Makes the person's plan, once, and a card of each item that may come back to them by now."""
    db.locked(User, user.id)
    plan = queries.find_plan(user.id)
    if plan is None:
        plan = Plan(user_id=user.id, started_at=now)
        db.session.add(plan)
    collect(user, now=now)
    return plan


def collect(user: User, *, now: datetime) -> queries.Review:
    """Adds the cards that are lacking; a part of the open transaction, in which the person is locked."""
    review = queries.review_of(user.id, now)
    db.session.add_all(
        Card(user_id=user.id, item_id=entry.item_id, memory=entry.memory, due_at=entry.due_at, created_at=now)
        for entry in review.entries
        if not entry.stored
    )
    return review


@dataclass(frozen=True)
class Answered:
    """`counted` False: it was answered before, in another tab or by the same request, and that stands."""

    place: PlacedItem
    answer: Answer
    points: Fraction
    due_at: datetime
    counted: bool


@unit_of_work
def answer(
    user: User, item_id: str, read: Callable[[PlacedItem], Answer], *, serial: int, seconds: int, now: datetime
) -> Answered:
    """Keeps an answer to a card and says when the item comes back. A repeat changes nothing."""
    card = db.locked(Card, queries.own_card(user.id, item_id).id)
    if not any(entry.item_id == item_id for entry in queries.review_of(user.id, now).entries):
        raise ItemWaits
    place = queries.card_place(card, serial)
    given = read(place)
    points = place.item.score(given)
    counted = serial == queries.answers_to(card) + 1
    if counted:
        spent = min(max(seconds, 0), MAX_ITEM_SECONDS)
        db.session.add(Recall(card_id=card.id, serial=serial, points=points, seconds=spent, at=now))
        card.memory, card.due_at = schedule.after(card.memory, points, now)
    return Answered(place, given, points, card.due_at, counted)


@unit_of_work
def set_mail(user: User, *, on: bool) -> None:
    db.locked(User, user.id)
    plan = queries.find_plan(user.id)
    if plan is None:
        raise NotStarted
    if on and user.email_confirmed_at is None:
        raise ConfirmFirst
    plan.by_mail = on


@unit_of_work
def unsubscribe(token: str) -> None:
    """End the mails of the person that the link was sent to, signed in or not. Raise LinkNotValid."""
    plan = queries.find_plan(recipient(token).id)
    if plan:
        plan.by_mail = False


def recipient(token: str) -> User:
    """Return the person that the link in a mail was sent to. Raise LinkNotValid."""
    return accounts.person_of(REVIEW_MAILS.account(token))


def remind_all(now: datetime) -> None:
    """Mail everyone who asked for it what is due, at most once a day. Safe to repeat."""
    if now.hour >= session.MAIL_HOUR:
        remind_each(queries.to_remind(session.day_of(now)), functools.partial(remind, now=now))


@unit_of_work
def remind(user_id: int, *, now: datetime) -> None:
    """Puts the mail into the outbox unless it is there, nothing is due, or the person was here today already."""
    user, day = db.locked(User, user_id), session.day_of(now)
    plan = queries.find_plan(user_id)
    if plan is None or not plan.by_mail or plan.mailed_on == day:
        return
    today = collect(user, now=now).session
    if today.done or not today.waiting:
        return
    plan.mailed_on = day
    jobs.put(
        "mail",
        key=f"review:{user.id}:{day}",
        now=now,
        to=user.email,
        template="review-due",
        name=user.legal_name,
        count=len(today.waiting),
        first=today.ahead,
        link=f"{site().base_url}/review/",
        stop=REVIEW_MAILS.link(user.code),
    )

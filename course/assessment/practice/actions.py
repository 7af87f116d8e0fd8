"""Spaced review. Nothing here is audited: what a person recalls is private and counts for nothing."""

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


class ItemNotDue(Refused):
    message = "This question isn't available now. Go back to your review for the questions that are."


class NotStarted(Refused):
    message = "Start your review first. Then you can ask for email reminders."


class ConfirmFirst(Refused):
    message = "Confirm your email address first. Your profile can send you the link."


@unit_of_work
def start(user: User, *, now: datetime) -> Plan:
    """Return the person's plan, made if there is none yet, and add the cards of all items that may come back now."""
    db.locked(User, user.id)
    plan = queries.find_plan(user.id)
    if plan is None:
        plan = Plan(user_id=user.id, started_at=now)
        db.session.add(plan)
    collect(user, now=now)
    return plan


def collect(user: User, *, now: datetime) -> queries.Review:
    """Add the missing cards and return the review. Part of the open transaction, which has locked the person."""
    review = queries.review_of(user.id, now)
    db.session.add_all(
        Card(user_id=user.id, item_id=item.item_id, memory=item.memory, due_at=item.due_at, created_at=now)
        for item in review.items
        if not item.stored
    )
    return review


@dataclass(frozen=True)
class AnsweredCard:
    """An answer and its points. `counted` is False if the card was answered before: then the first answer counts."""

    place: PlacedItem
    answer: Answer
    points: Fraction
    due_at: datetime
    counted: bool


@unit_of_work
def answer(
    user: User, item_id: str, read: Callable[[PlacedItem], Answer], *, serial: int, seconds: int, now: datetime
) -> AnsweredCard:
    """Store an answer to a card and schedule its item. A repeat changes nothing. Raise ItemNotDue."""
    card = db.locked(Card, queries.own_card(user.id, item_id).id)
    if not any(item.item_id == item_id for item in queries.review_of(user.id, now).items):
        raise ItemNotDue
    place = queries.card_place(card, serial)
    given = read(place)
    points = place.item.score(given)
    counted = serial == queries.answers_to(card) + 1
    if counted:
        spent = min(max(seconds, 0), MAX_ITEM_SECONDS)
        db.session.add(Recall(card_id=card.id, serial=serial, points=points, seconds=spent, at=now))
        card.memory, card.due_at = schedule.after(card.memory, points, now)
    return AnsweredCard(place, given, points, card.due_at, counted)


@unit_of_work
def set_mail(user: User, *, on: bool) -> None:
    """Switch the person's reminders on or off. Raise NotStarted and ConfirmFirst."""
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
    """Put the mail into the outbox, unless it was sent today, nothing is due, or the person has reviewed today."""
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
        name=user.name_in_mails,
        count=len(today.waiting),
        first=today.ahead,
        link=f"{site().base_url}/review/",
        stop=REVIEW_MAILS.link(user.code),
    )

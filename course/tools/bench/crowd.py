"""The people in the benchmark's database: a demo population, and signed-in learners who are taking a quiz."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select

from course.assessment.attempts import queries, saving, taking
from course.assessment.attempts.models import Attempt
from course.certificates.issuing.models import Certificate
from course.content.queries import catalog
from course.people.accounts import queries as accounts
from course.people.accounts.models import User
from course.people.accounts.name_parts import NameParts
from course.people.sessions import actions as sessions
from course.platform import browser, clock, db
from course.platform.db import unit_of_work
from course.site import site_of
from course.tools import demo

LEARNERS = 96
DEMO_THERAPISTS = 20  # enough that one of them has a certificate
QUIZ = "adverse-events"


@dataclass(frozen=True)
class Learner:
    """A signed-in person with an `attempt` at QUIZ. `options` are two answers to its item at `position`."""

    id: int
    cookie: str
    csrf: str
    attempt: UUID
    position: int
    options: tuple[str, ...]


@dataclass(frozen=True)
class Crowd:
    """`certificate` is a certificate number, and `owner` the session cookie of the person who has it."""

    learners: list[Learner]
    certificate: str
    owner: str


def gather(app: Flask) -> Crowd:
    """Fill the empty database and return the people to measure with."""
    now = clock.now()
    demo.populate(app, DEMO_THERAPISTS, now=now, progress=lambda: None)
    with app.app_context():
        ids = sign_up(LEARNERS, now)
        certificate, holder = db.session.execute(select(Certificate.code, Certificate.user_id).limit(1)).one()
        owner = _signed_in(app, accounts.person(holder))[0]
    learners = []
    for id_ in ids:
        with app.app_context():
            learners.append(seated(app, id_, now))
    return Crowd(learners, certificate, owner)


@unit_of_work
def sign_up(count: int, now: datetime, name: str = "Learner") -> list[int]:
    """Add `count` people and return their ids."""
    people = [
        User(
            legal_name=f"{name} {n}",
            name_parts=NameParts(name, str(n)),
            email=f"{name.lower()}{n}@{demo.DOMAIN}",
            is_demo=True,
            created_at=now,
            email_confirmed_at=now,
            password_hash="none",  # noqa: S106 - nobody signs in with it
        )
        for n in range(count)
    ]
    db.session.add_all(people)
    db.session.flush()
    return [person.id for person in people]


def seated(app: Flask, id_: int, now: datetime) -> Learner:
    """Start an attempt at QUIZ for the person and return them signed in."""
    user = accounts.person(id_)
    attempt = taking.start(user, catalog().assessments[QUIZ], now=now)
    place = next(place for place in queries.items_of(attempt) if place.item.type == "single")
    return Learner(id_, *_signed_in(app, user), attempt.code, place.position, place.order[:2])


def _signed_in(app: Flask, user: User) -> tuple[str, str]:
    """Return a session cookie and its CSRF token, the same as a sign-in would create."""
    ticket = sessions.start(user.id, browser.Device("Bench", None, "127.0.0.1"), now=clock.now())
    with app.test_request_context():
        browser.enter(ticket)
        token = generate_csrf()
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        return str(serializer.dumps(dict(session))), token


def startable(app: Flask, crowd: Crowd) -> Iterator[tuple[Learner, str]]:
    """Yield each pair of a learner and an assessment that they may start, once."""
    assessments = site_of(app).catalog.assessments.values()
    quizzes = [rules.id for rules in assessments if not rules.after and rules.id != QUIZ]
    return ((learner, id_) for id_ in quizzes for learner in crowd.learners)


def answered(app: Flask, learner: Learner, assessment_id: str) -> UUID:
    """Answer each item of the learner's attempt correctly and return the attempt's code."""
    with app.app_context():
        (attempt,) = queries.attempts_at(learner.id, assessment_id)
        _answer(attempt)
        return attempt.code


@unit_of_work
def _answer(attempt: Attempt) -> None:
    saves = [
        saving.Save(attempt.user_id, attempt.code, place.position, place.item.solution, 1)
        for place in queries.items_of(attempt)
    ]
    saving.save_all(saves, now=clock.now())

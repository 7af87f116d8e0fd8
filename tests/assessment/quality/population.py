"""Learners of all abilities who take a quiz: correct answers depend on ability and the item's difficulty."""

import random
from datetime import timedelta

from flask import Flask

from course.assessment.attempts import queries, saving, taking
from course.assessment.attempts.scoring import PlacedItem
from course.content.queries import catalog
from course.people.accounts.models import User
from course.platform.access import Role
from course.platform.db import session, unit_of_work
from tests.factories import MODULE, NOON, wrong_answer


def populate(app: Flask, count: int, assessment_id: str = MODULE, *, seed: int = 7) -> None:
    """Submit a first attempt of `count` new people, and a second one of those who failed."""
    chance = random.Random(seed)
    hardness = {}
    for number in range(count):
        with app.app_context():
            user, ability = _person(seed * 10_000 + number), chance.gauss(0.9, 1.0)
            for again in range(2):
                attempt = _sit(user, ability + again / 2, assessment_id, chance, hardness, again)
                if attempt.passed:
                    break


@unit_of_work
def _person(number: int) -> User:
    user = User(
        legal_name=f"Sample {number}",
        email=f"sample{number}@example.org",
        password_hash="none",
        role=Role.LEARNER,
        created_at=NOON,
        email_confirmed_at=NOON,
    )
    session.add(user)
    session.flush()
    session.refresh(user, ["licenses"])
    return user


@unit_of_work
def _sit(user, ability, assessment_id, chance, hardness, again):
    now = NOON + timedelta(days=10 * again)
    attempt = taking.start(
        user, catalog().assessments[assessment_id].model_copy(update={"reread": False, "after": ()}), now=now
    )
    saves = []
    for place in queries.items_of(attempt):
        hard = hardness.setdefault(place.item.id, chance.gauss(0, 0.8))
        right = chance.gauss(0, 1) < ability - hard
        answer = place.item.solution if right else _wrong(place, chance)
        if answer:
            saves.append(saving.Save(user.id, attempt.code, place.position, answer, 1, spent=chance.randint(8, 120)))
    saving.save_all(saves, now=now)
    return taking.submit(user, attempt, now=now)


def _wrong(place: PlacedItem, chance: random.Random):
    """Return an incorrect option, or rarely none. The last option of the bank is hardly ever chosen."""
    wrong = [
        [id_]
        for id_ in sorted(place.order)
        if place.item.texts() and place.item.type == "single" and not place.item.score([id_])
    ]
    if len(wrong) < 2 or chance.random() < 0.1:
        return wrong_answer(place)
    return chance.choice(wrong[:-1] * 12 + wrong[-1:])

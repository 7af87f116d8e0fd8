"""Instructors, learners and what is signed at the table."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from flask import Flask

from course.content.queries import catalog
from course.learning.skills import actions
from course.learning.skills.actions import Place, Seen
from course.learning.skills.models import Determination, SkillSignOff
from course.people.accounts.models import User
from tests.factories import COURSE, NOON

HAWAII = Place(None, "Pacific/Honolulu")
SKILL = "insertion"


def seen(skill_id: str = SKILL, *, passed: bool = True, **changes: Any) -> Seen:
    """Return what was seen of an attempt: every step, or every step and a critical error."""
    skill = catalog().skills.by_id[skill_id]
    values: dict[str, Any] = {
        "code": uuid4(),
        "skill_id": skill_id,
        "digest": skill.digest,
        "steps": range(len(skill.steps)),
        "errors": () if passed else (0,),
        "passed": passed,
        "note": None,
        "by_device": None,
    }
    return Seen(**values | changes)


def sign(
    app: Flask, by: User, learner: User, skill_id: str = SKILL, *, now: datetime = NOON, **changes: Any
) -> SkillSignOff:
    with app.app_context():
        one = seen(skill_id, **changes)
        return actions.sign_off(by, learner, catalog().courses[COURSE], one, HAWAII, now=now)


def sign_all(app: Flask, by: User, learner: User, *, now: datetime = NOON) -> None:
    with app.app_context():
        ids = list(catalog().skills.by_id)
    for skill_id in ids:
        sign(app, by, learner, skill_id, now=now)


def determine(
    app: Flask, by: User, learner: User, *, competent: bool = True, now: datetime = NOON, **values: Any
) -> Determination:
    with app.app_context():
        course, rest = catalog().courses[COURSE], {"note": None} | values
        return actions.determine(by, learner, course, HAWAII, competent=competent, now=now, **rest)

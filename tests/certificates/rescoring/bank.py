"""A bank with one wrong key, attempts that answer it either way, and the corrected bank."""

from flask import Flask

from course.assessment.attempts import queries as attempts
from course.assessment.attempts import taking
from course.assessment.attempts.models import Attempt
from course.certificates.rescoring import actions, queries
from course.content.items import item_of
from course.platform import db
from tests import factories
from tests.factories import MODULE, NOON

ITEM, OBJECTIVE = "adverse-028", "report"
RIGHT, WRONG = ["c"], ["a"]


def keyed(catalog, key, **more):
    """Return the content with another key of the item. It is the only one of its objective, so each attempt has it."""
    bank = catalog.banks[MODULE]
    items = [
        item_of(item.model_dump() | {"key": key} | more) if item.id == ITEM else item
        for item in bank.items
        if item.objective != OBJECTIVE or item.id == ITEM
    ]
    changed = bank.model_copy(update={"items": tuple(items)})
    return factories.replaced(catalog, banks={**catalog.banks, MODULE: changed})


def use(app: Flask, catalog, key, **more) -> None:
    factories.change_site(app, catalog=keyed(catalog, key, **more))


def open_attempt(app: Flask, user, *, answer, mistakes=2, now=NOON) -> Attempt:
    """Return an open attempt with this answer to the item and that number of mistakes elsewhere."""
    attempt = factories.start_attempt(app, user, now=now)
    left = mistakes
    with app.app_context():
        for place in attempts.items_of(attempt):
            given = place.item.solution
            if place.item.id == ITEM:
                given = answer
            elif left and not place.item.must_pass:
                given, left = None, left - 1
            factories.save_answer(user, attempt.code, place.position, given, serial=1, now=now)
    return attempt


def sit(app: Flask, user, *, answer, mistakes=2, now=NOON) -> Attempt:
    attempt = open_attempt(app, user, answer=answer, mistakes=mistakes, now=now)
    with app.app_context():
        return taking.submit(user, attempt, now=now)


def decide(app: Flask, admin, decision="new-key", *, take_passes=False, shown=None, reason="The key was wrong."):
    """Decide on the preview as it is now, or on the one with the digest `shown`."""
    with app.app_context():
        shown = shown or queries.scope_of(ITEM).digest
    with app.app_context():
        return actions.decide(
            admin, ITEM, decision, take_passes=take_passes, reason=reason, shown=shown, now=factories.clock.now()
        )


def result_of(app: Flask, attempt: Attempt) -> tuple[str, int, bool]:
    """Return the recorded points, number of scored items, and whether the attempt passed."""
    with app.app_context():
        row = db.session.get_one(Attempt, attempt.id)
        return str(row.points), row.scored, row.passed

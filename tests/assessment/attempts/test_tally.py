"""The counts behind item statistics: every submit adds to them, and a recount gives the same."""

import random
import threading
from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select, update

from course.assessment.attempts import queries, saving, taking, tally, tallying
from course.assessment.attempts.models import AttemptItem, ItemTally, OptionTally, TotalTally
from course.assessment.attempts.scoring import PlacedItem
from course.assessment.attempts.wording import Wording
from course.certificates.rescoring.rescoring_effect import key_of
from course.content.queries import catalog
from course.platform import db
from course.platform.db import unit_of_work
from tests import factories
from tests.content.items import made
from tests.factories import MODULE, NOON


def sit(app, user, right, *, at):
    """Submit an attempt: each answer is correct with the probability `right`, and every third item has no answer."""
    chance = random.Random(f"{user.id}{at}")
    with app.app_context():
        quiz = catalog().assessments[MODULE].model_copy(update={"reread": False})
        attempt = taking.start(user, quiz, now=at)
        for place in queries.items_of(attempt):
            if place.position % 3:
                answer = place.item.solution if chance.random() < right else factories.wrong_answer(place)
                save = saving.Save(user.id, attempt.code, place.position, answer, 1, spent=40)
                saving.save_all([save], now=at)
        return taking.submit(user, attempt, now=at)


def counts(app, *models):
    with app.app_context():
        return {
            model.__name__: sorted(
                tuple(str(getattr(row, column.name)) for column in model.__table__.columns)
                for row in db.session.scalars(select(model))
            )
            for model in models or (TotalTally, ItemTally, OptionTally)
        }


def some_attempts(app):
    for number in range(4):
        user = factories.person(app, f"Pat{number} Person")
        for again in range(2):
            sit(app, user, 0.5 + number / 10, at=NOON + timedelta(days=10 * again))
    sit(app, factories.person(app, "Ozzy Other"), 1, at=NOON)


def test_a_recount_equals_the_counts_that_submits_added_to(either_app):
    some_attempts(either_app)
    before = counts(either_app)
    assert all(before.values())
    with either_app.app_context():
        tallying.recount(MODULE)
    assert counts(either_app) == before


def test_a_recount_in_small_batches_is_the_same(app, monkeypatch):
    some_attempts(app)
    before = counts(app)
    monkeypatch.setattr(queries, "BATCH_SIZE", 2)
    with app.app_context():
        tallying.recount(MODULE)
    assert counts(app) == before


def test_a_recount_follows_changed_points_and_leaves_other_assessments_alone(app, learner):
    attempt = sit(app, learner, 1, at=NOON)
    elsewhere = factories.sit(app, learner, "state-scope")
    other = [row for row in counts(app, TotalTally)["TotalTally"] if row[0] == "state-scope"]

    @unit_of_work
    def rescore():
        db.session.execute(
            update(AttemptItem).where(AttemptItem.attempt_id == attempt.id).values(points=Fraction(1, 3))
        )
        tallying.recount(MODULE)

    with app.app_context():
        rescore()
        points = set(db.session.scalars(select(ItemTally.points).filter_by(assessment_id=MODULE)))
    assert points == {Fraction(1, 3)}
    assert [row for row in counts(app, TotalTally)["TotalTally"] if row[0] == elsewhere.assessment_id] == other


def test_statements_of_a_recount_grow_with_batches_and_not_with_attempts(app, learner, count_queries):
    def statements():
        with app.app_context(), count_queries() as queries:
            tallying.recount(MODULE)
        return len(queries)

    sit(app, learner, 1, at=NOON)
    one = statements()
    some_attempts(app)
    assert statements() == one


def test_first_attempts_are_counted_separately(app):
    some_attempts(app)
    with app.app_context():
        rows = db.session.execute(select(TotalTally.is_first, TotalTally.count)).all()
    assert sum(count for first, count in rows if first) == 5
    assert sum(count for first, count in rows if not first) == 4


def test_rows_of_one_key_are_merged():
    rows = [{"item": "b", "count": 1}, {"item": "a", "count": 1}, {"item": "b", "count": 2}]
    assert tally.merged(rows, ["item"], ["count"]) == [{"item": "a", "count": 1}, {"item": "b", "count": 3}]


def test_a_submit_during_a_recount_is_counted_once(either_app, monkeypatch):
    some_attempts(either_app)
    late = factories.person(either_app, "Late Learner")
    attempt = factories.start_attempt(either_app, late)
    reading, read = threading.Event(), queries.submitted_in_batches

    def slowly(assessment_id):
        reading.set()
        submitting.join(0.5)  # it waits for the recount, so this runs out
        yield from read(assessment_id)

    def submit():
        reading.wait()
        with either_app.app_context():
            taking.submit(late, attempt, now=NOON)

    submitting = threading.Thread(target=submit)
    monkeypatch.setattr(queries, "submitted_in_batches", slowly)
    submitting.start()
    with either_app.app_context():
        tallying.recount(MODULE)
    submitting.join()
    monkeypatch.undo()
    after = counts(either_app)
    with either_app.app_context():
        tallying.recount(MODULE)
    assert counts(either_app) == after
    assert sum(int(row[-1]) for row in after["TotalTally"]) == 10


@pytest.mark.parametrize(
    ("decision", "answer", "label"),
    [
        (None, "12.5", "right"),
        (None, "20", "wrong"),
        ("new-key", "12.5", "wrong"),
        ("new-key", "20", "right"),
        ("accept-both", "12.5", "right"),
        ("accept-both", "20", "right"),
        ("accept-both", "30", "wrong"),
    ],
)
def test_a_choice_is_counted_by_the_corrected_key(decision, answer, label):
    item = made("numeric")
    ruling = decision and {"decision": decision, "key": key_of(made("numeric", key=20))}
    place = PlacedItem(1, Wording(item, MODULE, "Classify.", ()), (), item.digest, ruling=ruling, points=Fraction(1))
    sat = tally.SubmittedAttempt(MODULE, True, Fraction(1), 1, [place], {1: {"text": answer, "unit": "mm"}})
    assert [row["label"] for row in tally.options(sat)] == [label]

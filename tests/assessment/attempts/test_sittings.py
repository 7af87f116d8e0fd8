"""An attempt as a board's audit needs it: the form and every answer with its time, in few statements."""

from datetime import timedelta

import pytest

from course.assessment.attempts import queries
from tests import factories
from tests.factories import NOON


@pytest.fixture
def attempt(app, learner):
    return factories.start_attempt(app, learner)


def fail_then_pass(app, learner):
    failed = factories.sit(app, learner, right=False)
    factories.study_module(app, learner, now=NOON + timedelta(hours=1))
    return failed, factories.sit(app, learner, now=NOON + timedelta(hours=2))


def test_every_answer_is_shown_with_the_times_it_was_given_and_saved(app, pages, learner, admin, attempt):
    with app.app_context():
        place = next(one for one in queries.items_of(attempt) if one.item.type == "single")
        for serial, answer in enumerate((place.order[0], place.order[1]), start=1):
            saved = NOON + timedelta(minutes=10 * serial)
            given = NOON + timedelta(minutes=1)
            factories.save_answer(
                learner, attempt.code, place.position, [answer], serial=serial, now=saved, given_at=given
            )
    page = pages.as_(admin).get(f"/admin/attempts/{attempt.code}").text
    assert "2 answers were saved" in page
    assert "saved March 2, 2026, 12:10 UTC, given March 2, 2026, 12:01 UTC" in page
    assert "saved March 2, 2026, 12:20 UTC" in page
    assert "No answer was saved." in page


def test_a_persons_attempts_are_listed_with_their_outcome(app, pages, learner, admin):
    fail_then_pass(app, learner)
    page = pages.as_(admin).get(f"/admin/people/{learner.code}/attempts").text
    assert page.index("attempt 2") < page.index("attempt 1")
    assert "passed" in page
    assert "not passed" in page


def test_the_pages_need_the_same_statements_for_one_answer_and_for_all(app, pages, learner, admin, count_queries):
    counts, console = [], pages.as_(admin)
    for attempt in fail_then_pass(app, learner):
        with count_queries() as seen:
            console.get(f"/admin/attempts/{attempt.code}")
        counts.append(len(seen))
    assert counts[1] <= counts[0] <= 7

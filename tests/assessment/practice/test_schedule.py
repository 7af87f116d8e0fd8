"""When items come back, by the library's memory model, and which of them make up a day's session."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from fsrs import Card, Rating, Scheduler
from hypothesis import given
from hypothesis import strategies as st

from course.assessment.practice import schedule, session
from course.assessment.practice.session import ReviewItem, ReviewSession
from tests.factories import NOON

CORRECT, PARTLY, INCORRECT = Fraction(1), Fraction(1, 3), Fraction(0)
POINTS = st.sampled_from([CORRECT, PARTLY, INCORRECT])
STEPS = st.lists(st.tuples(POINTS, st.integers(1, 90)), min_size=1, max_size=8)


@given(STEPS)
def test_every_interval_is_the_librarys_own(steps):
    theirs = Scheduler(learning_steps=(), relearning_steps=(), maximum_interval=365, enable_fuzzing=False)
    card, memory, now = Card(card_id=1, due=NOON), None, NOON
    for points, days in steps:
        rated = Rating.Good if points == 1 else Rating.Hard if points else Rating.Again
        card, _ = theirs.review_card(card, rated, now)
        memory, due = schedule.after(memory, points, now)
        assert (due, memory["stability"], memory["difficulty"]) == (card.due, card.stability, card.difficulty)
        now += timedelta(days=days)


@given(STEPS)
def test_an_incorrect_answer_comes_back_sooner_and_never_on_the_same_day(steps):
    memory, now = None, NOON
    for points, days in steps:
        due = {one: schedule.after(memory, one, now)[1] for one in (CORRECT, PARTLY, INCORRECT)}
        assert now < due[INCORRECT] <= due[PARTLY] <= due[CORRECT] <= now + timedelta(days=365)
        assert session.day_of(due[INCORRECT]) > session.day_of(now)
        memory, _ = schedule.after(memory, points, now)
        now += timedelta(days=days)


def test_the_interval_grows_with_each_correct_answer():
    memory, now, gaps = None, NOON, []
    for _ in range(5):
        memory, due = schedule.after(memory, CORRECT, now)
        gaps.append(due - now)
        now = due
    assert gaps == sorted(gaps)
    assert gaps[0] < gaps[-1]


@pytest.mark.parametrize("points", [PARTLY, INCORRECT])
def test_an_item_missed_in_an_attempt_is_due_immediately(points):
    memory, due = schedule.first(points, NOON)
    assert due == NOON
    assert memory["failed"]


def test_an_item_answered_correctly_in_an_attempt_is_due_later():
    memory, due = schedule.first(CORRECT, NOON)
    assert due > NOON + timedelta(days=1)
    assert not memory["failed"]


def test_a_memory_survives_being_stored_as_json():
    assert {type(value) for value in schedule.first(CORRECT, NOON)[0].values()} <= {int, float, str, bool, type(None)}


def item(name, *, failed=False, due=NOON):
    return ReviewItem(name, {"failed": failed}, due, stored=True)


def test_failed_items_come_first_then_the_most_overdue():
    day = timedelta(days=1)
    items = [
        item("known", due=NOON - day),
        item("missed", failed=True),
        item("older", due=NOON - 3 * day),
        item("missed-before", failed=True, due=NOON - day),
        item("not-yet", due=NOON + day),
    ]
    assert [one.item_id for one in session.waiting(items, NOON)] == ["missed-before", "missed", "older", "known"]


def test_what_comes_due_in_the_evening_is_asked_in_the_morning():
    evening, morning = datetime(2026, 3, 3, 23, tzinfo=UTC), datetime(2026, 3, 3, 12, tzinfo=UTC)
    assert session.waiting([item("one", due=evening)], morning)
    assert not session.waiting([item("one", due=evening)], morning - timedelta(hours=3))


@pytest.mark.parametrize(("pace", "items"), [(None, 10), (30, 10), (60, 5), (20, 15), (600, 3), (1, 30)])
def test_a_session_is_as_many_items_as_the_person_answers_in_five_minutes(pace, items):
    assert session.size(pace) == items


class TestProgress:
    def test_it_counts_to_what_is_due_where_that_is_less_than_five_minutes(self):
        one = ReviewSession(done=2, waiting=(item("a"),) * 6, size=10)
        assert (one.position, one.length, one.paused) == (3, 8, False)

    def test_it_ends_after_five_minutes_with_more_waiting(self):
        one = ReviewSession(done=10, waiting=(item("a"),) * 6, size=10)
        assert (one.paused, one.following, one.reached) == (True, None, 10)

    def test_the_next_five_minutes_count_from_one(self):
        one = ReviewSession(done=10, waiting=(item("a"),) * 6, size=10)
        assert (one.position, one.length) == (1, 6)

    def test_it_ends_when_nothing_is_due(self):
        one = ReviewSession(done=3, waiting=(), size=10)
        assert (one.following, one.reached, one.rest) == (None, 3, 0)


def test_the_coming_days_count_what_is_overdue_today():
    items = [item("a", due=NOON - timedelta(days=9)), item("b"), item("c", due=NOON + timedelta(days=2))]
    assert session.coming(items, NOON, days=4) == [
        (date(2026, 3, 2), 2),
        (date(2026, 3, 3), 0),
        (date(2026, 3, 4), 1),
        (date(2026, 3, 5), 0),
    ]
    assert session.next_day(items, NOON) == (date(2026, 3, 4), 1)

"""Minutes from real times, the codes of the screen, seats, and times in words."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.learning.labs import lab_times, screen_code, seats
from course.learning.labs.attendance import Interval, attended_minutes, minutes_by_topic, missed_too_many

START = datetime(2026, 3, 2, 19, tzinfo=UTC)
END = START + timedelta(hours=4)
MOMENTS = st.integers(-7200, 7200 * 3).map(lambda seconds: START + timedelta(seconds=seconds))


def at(minute):
    return START + timedelta(minutes=minute)


def attended(*spans):
    return attended_minutes(START, END, [Interval(at(a), None if b is None else at(b)) for a, b in spans])


class TestMinutes:
    @pytest.mark.parametrize(
        ("spans", "minutes"),
        [
            ([], 0),
            ([(0, 240)], 240),
            ([(-30, 300)], 240),
            ([(10, 100)], 90),
            ([(10, 100), (120, 240)], 210),
            ([(10, 100), (50, 120)], 110),
            ([(0, 200), (50, 100)], 200),
            ([(0, None)], 0),
            ([(30, 30)], 0),
            ([(-60, -10)], 0),
            ([(250, 300)], 0),
            ([(0, 0.99)], 0),
        ],
    )
    def test_they_are_those_of_the_lab_that_the_person_was_there(self, spans, minutes):
        assert attended(*spans) == minutes

    @given(st.lists(st.tuples(MOMENTS, st.none() | MOMENTS)))
    def test_they_are_never_more_than_the_lab_or_the_presence(self, spans):
        minutes = attended_minutes(START, END, [Interval(*span) for span in spans])
        present = sum(max(0, (last - first).total_seconds()) for first, last in spans if last is not None)
        assert 0 <= minutes <= min(240, present / 60)

    @given(st.lists(st.tuples(MOMENTS, MOMENTS)), st.tuples(MOMENTS, MOMENTS))
    def test_more_presence_is_never_fewer_minutes(self, spans, more):
        before = attended_minutes(START, END, [Interval(*span) for span in spans])
        assert attended_minutes(START, END, [Interval(*span) for span in [*spans, more]]) >= before


class TestTopics:
    def test_those_who_stayed_to_the_end_have_all_minutes_and_others_their_share(self):
        topics = {"palpation": 60, "needle-technique": 100}
        assert minutes_by_topic(START, END, topics, 240) == topics
        assert minutes_by_topic(START, END, topics, 119) == {"palpation": 29, "needle-technique": 49}
        assert minutes_by_topic(START, END, topics, 0) == {}

    @given(st.lists(st.integers(0, 60), max_size=4), st.integers(0, 240))
    def test_all_topics_together_are_never_more_than_the_attended_minutes(self, minutes, attended):
        topics = {str(number): one for number, one in enumerate(minutes)}
        assert sum(minutes_by_topic(START, END, topics, attended).values()) <= attended


@pytest.mark.parametrize(("answered", "checks", "flagged"), [(0, 0, False), (3, 4, False), (2, 4, True), (0, 1, True)])
def test_more_than_one_missed_check_in_four_is_flagged(answered, checks, flagged):
    assert missed_too_many(answered, checks) is flagged


class TestScreenCode:
    def test_the_current_and_the_previous_code_are_accepted_and_older_ones_refused(self):
        code = screen_code.code_at("secret", START)
        for seconds, accepted in ((0, True), (29, True), (30, True), (59, True), (60, False), (-1, False)):
            assert screen_code.is_current("secret", code, START + timedelta(seconds=seconds)) is accepted, seconds

    def test_it_is_of_one_lab_only(self):
        assert not screen_code.is_current("other", screen_code.code_at("secret", START), START)

    @pytest.mark.parametrize("typed", ["", "x", "é" * 8, "00000000000", "１２３４５６７８"])
    def test_other_texts_are_refused(self, typed):
        assert not screen_code.is_current("secret", typed, START)

    def test_it_can_be_typed_with_spaces(self):
        shown = screen_code.in_groups(screen_code.code_at("secret", START))
        assert len(shown) == 9
        assert screen_code.is_current("secret", f" {shown} ", START)

    def test_the_screen_loads_again_when_the_code_changes(self):
        for second in range(120):
            moment = START + timedelta(seconds=second)
            left = screen_code.seconds_left(moment)
            assert screen_code.code_at("s", moment) == screen_code.code_at("s", moment + timedelta(seconds=left - 1))
            assert screen_code.code_at("s", moment) != screen_code.code_at("s", moment + timedelta(seconds=left))


@given(st.lists(st.integers()), st.integers(1, 5))
def test_everybody_is_in_or_waits_in_order(people, capacity):
    inside, waiting = seats.seated(people, capacity), seats.waiting(people, capacity)
    assert [*inside, *waiting] == people
    assert len(inside) <= capacity
    assert not waiting or len(inside) == capacity


def test_a_lab_is_at_the_time_of_its_place():
    first = lab_times.utc_of(date(2026, 7, 1), time(9), "America/New_York")
    assert first == datetime(2026, 7, 1, 13, tzinfo=UTC)
    last = first + timedelta(hours=3, minutes=30)
    assert lab_times.in_words(first, last, "America/New_York") == "July 1, 2026, 9:00 AM to 12:30 PM (EDT)"

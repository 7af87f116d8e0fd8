from datetime import timedelta
from fractions import Fraction

import pytest

from course.assessment.attempts import scoring
from course.assessment.attempts.attempt_rules import (
    Eligibility,
    Granted,
    PastAttempt,
    deadline,
    eligibility,
    visible_feedback,
)
from course.assessment.attempts.scoring import PlacedItem, Score
from course.assessment.attempts.wording import Wording
from course.content.items import item_of
from course.content.schema.assessment import Assessment, Feedback
from tests.factories import NOON

DATA = {
    "id": "x-001",
    "objective": "one",
    "level": "recall",
    "difficulty": 1,
    "stem": "Which?",
    "rationale": "So.",
    "references": ["R1"],
    "options": {"a": "Alpha", "b": "Beta", "c": "Gamma", "d": "Delta"},
}


def place(position, key, objective="one", **more):
    kind = "single" if isinstance(key, str) else "multiple"
    item = item_of(DATA | {"type": kind, "key": key, "objective": objective} | more)
    return PlacedItem(position, Wording(item, "m", objective, ()), tuple("abcd"), item.digest)


FORM = [place(1, "b"), place(2, ["a", "c"]), place(3, "d", "two")]


def scored(items, answers):
    return scoring.score(items, scoring.points(items, answers))


@pytest.mark.parametrize(
    ("choice", "points"),
    [
        (["a", "c"], 1),
        (["a"], Fraction(1, 2)),
        (["a", "b", "c"], Fraction(1, 2)),
        (["a", "b"], 0),
        (["a", "b", "c", "d"], 0),
        ([], 0),
        (["b"], 0),
    ],
)
def test_multiple_response_earns_the_share_of_correct_choices_minus_that_of_incorrect_ones(choice, points):
    assert FORM[1].item.score(choice) == points


def test_an_item_without_an_answer_scores_nothing():
    assert scored(FORM, {1: ["b"]}) == Score(Fraction(1), 3)


def test_the_score_is_split_by_objective():
    earned = scoring.points(FORM, {1: ["b"], 3: ["d"]})
    assert scoring.by_objective(FORM, earned) == {"one": Score(Fraction(1), 2), "two": Score(Fraction(1), 1)}


@pytest.mark.parametrize(
    ("points", "count", "mark", "passes"),
    [(8, 10, 80, True), (7, 10, 80, False), (2, 3, 67, False), (0, 0, 1, False), (Fraction(159, 20), 10, 80, False)],
)
def test_the_pass_mark_is_met_exactly(points, count, mark, passes):
    assert Score(Fraction(points), count).passes(mark) == passes


class TestRuling:
    def ruled(self, decision, answer):
        ruling = {"decision": decision, "key": {"key": ["c"]}}
        one = PlacedItem(1, FORM[0].wording, tuple("abcd"), "d", ruling=ruling)
        return scored([one], {1: answer})

    def test_a_new_key_takes_the_place_of_the_old(self):
        assert self.ruled("new-key", ["c"]).points == 1
        assert self.ruled("new-key", ["b"]).points == 0

    def test_both_keys_may_be_accepted(self):
        assert [self.ruled("accept-both", [letter]).points for letter in "abcd"] == [0, 1, 1, 0]

    def test_a_dropped_item_counts_for_no_one(self):
        assert self.ruled("drop", ["b"]) == Score(Fraction(0), 0)


def rules(**more):
    return Assessment(**{"id": "q", "banks": ("b",), "pass_mark": 80, "attempts": 3, "wait_hours": 24} | more)


class TestEligibility:
    failed = PastAttempt(NOON, passed=False)

    def eligibility(self, past, hours_later=0):
        return eligibility(rules(), past, now=NOON + timedelta(hours=hours_later))

    def test_after_one_failure_the_next_attempt_is_open_immediately(self):
        assert self.eligibility([self.failed]).allowed

    def test_after_two_failures_the_waiting_time_runs(self):
        assert not self.eligibility([self.failed] * 2, 23).allowed
        assert self.eligibility([self.failed] * 2, 23).opens_at == NOON + timedelta(hours=24)
        assert self.eligibility([self.failed] * 2, 24).allowed

    def test_after_the_last_attempt_none_is_left(self):
        assert self.eligibility([self.failed] * 3, 99) == Eligibility(False, 0)

    def test_after_a_pass_there_is_nothing_to_do(self):
        assert self.eligibility([PastAttempt(NOON, passed=True)]).passed

    def test_extra_attempts_are_added(self):
        granted = Granted(extra_attempts=1)
        assert eligibility(rules(), [self.failed] * 3, now=NOON + timedelta(days=9), granted=granted).allowed

    def test_missed_sections_are_reviewed_first_if_the_course_file_says_so(self):
        unread = [("m", "s")]
        assert eligibility(rules(), [self.failed], now=NOON, to_read=unread).allowed
        strict = eligibility(rules(reread=True), [self.failed], now=NOON, to_read=unread)
        assert (strict.allowed, strict.to_read) == (False, (("m", "s"),))
        assert eligibility(rules(reread=True), [self.failed], now=NOON).allowed

    def test_other_assessments_may_be_required_first(self):
        final = rules(after=("one", "two"))
        assert eligibility(final, [], now=NOON, passed={"one"}).first == ("two",)
        assert eligibility(final, [], now=NOON, passed={"one", "two"}).allowed


@pytest.mark.parametrize(
    ("granted", "minutes"), [(Granted(), 60), (Granted(extra_percent=50), 90), (Granted(untimed=True), None)]
)
def test_extra_time_moves_the_deadline(granted, minutes):
    expected = NOON + timedelta(minutes=minutes) if minutes else None
    assert deadline(NOON, 60, granted) == expected
    assert deadline(NOON, None, granted) is None


def test_feedback_is_shown_when_the_course_file_says_so():
    policy = Feedback(score="each", objectives="each", answers="end", rationales="never")
    assert visible_feedback(policy, Eligibility(True, 2)) == {"score", "objectives"}
    assert visible_feedback(policy, Eligibility(False, 2, passed=True)) == {"score", "objectives", "answers"}
    assert visible_feedback(policy, Eligibility(False, 0)) == {"score", "objectives", "answers"}

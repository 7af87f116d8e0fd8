from datetime import timedelta
from fractions import Fraction

import pytest

from course.assessment import scoring
from course.assessment.items import TYPES
from course.assessment.scoring import Keyed, Past, Score
from tests.factories import NOON

PAPER = [
    Keyed(1, "single", "one", frozenset("b")),
    Keyed(2, "multiple", "one", frozenset("ac")),
    Keyed(3, "single", "two", frozenset("d")),
]


@pytest.mark.parametrize(
    ("choice", "points"), [({"a", "c"}, 1), ({"a"}, 0), ({"a", "b", "c"}, 0), (set(), 0), ({"b"}, 0)]
)
def test_multiple_response_is_right_only_as_a_whole(choice, points):
    assert TYPES["multiple"]({"a", "c"}, choice) == points


def test_an_item_without_an_answer_scores_nothing():
    assert scoring.score(PAPER, {1: {"b"}}) == Score(Fraction(1), 3)


def test_the_score_is_split_by_objective():
    split = scoring.by_objective(PAPER, {1: {"b"}, 3: {"d"}})
    assert split == {"one": Score(Fraction(1), 2), "two": Score(Fraction(1), 1)}


@pytest.mark.parametrize(
    ("points", "scored", "mark", "passes"), [(8, 10, 80, True), (7, 10, 80, False), (2, 3, 67, False), (0, 0, 1, False)]
)
def test_the_pass_mark_is_met_exactly(points, scored, mark, passes):
    assert Score(Fraction(points), scored).passes(mark) == passes


class TestEntry:
    failed = Past(NOON, passed=False)

    def entry(self, past, hours_later=0):
        return scoring.entry(past, attempts=3, wait_hours=24, now=NOON + timedelta(hours=hours_later))

    def test_after_one_failure_the_next_attempt_is_open_at_once(self):
        assert self.entry([self.failed]).allowed

    def test_after_two_failures_the_waiting_time_runs(self):
        assert not self.entry([self.failed] * 2, 23).allowed
        assert self.entry([self.failed] * 2, 23).opens_at == NOON + timedelta(hours=24)
        assert self.entry([self.failed] * 2, 24).allowed

    def test_after_the_last_attempt_none_is_left(self):
        assert self.entry([self.failed] * 3, 99) == scoring.Entry(False, 0)

    def test_after_a_pass_there_is_nothing_to_do(self):
        assert self.entry([Past(NOON, passed=True)]).passed

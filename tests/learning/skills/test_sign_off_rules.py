from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from course.content.schema.skill import Rubric, SkillArea
from course.learning.skills.sign_off_rules import is_passed, is_possible, moment
from tests.factories import NOON

RUBRIC = Rubric(title="T", area=SkillArea.INSERTION, steps=("a", "b", "c"), critical_errors=("x", "y"))


def test_a_skill_is_passed_with_every_step_and_no_critical_error():
    assert is_passed(RUBRIC, [2, 0, 1], [])
    assert not is_passed(RUBRIC, [0, 1], [])
    assert not is_passed(RUBRIC, [0, 1, 2], [1])


@given(st.sets(st.integers(0, 2)), st.sets(st.integers(0, 1), min_size=1))
def test_a_critical_error_always_fails(steps, errors):
    assert not is_passed(RUBRIC, steps, errors)


def test_only_what_the_rubric_has_is_possible():
    assert is_possible(RUBRIC, [0, 2], [1])
    assert not is_possible(RUBRIC, [3], [])
    assert not is_possible(RUBRIC, [], [2])
    assert not is_possible(RUBRIC, [-1], [])


def test_the_device_says_when_it_was_signed_unless_its_clock_is_wrong():
    hour = timedelta(hours=1)
    assert moment(NOON - hour, NOON) == NOON - hour
    assert moment(NOON + hour, NOON) == NOON
    assert moment(NOON - timedelta(days=20 * 365), NOON) == NOON
    assert moment(None, NOON) == NOON

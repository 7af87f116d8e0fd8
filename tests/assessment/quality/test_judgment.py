import pytest

from course.assessment.quality.judgment import ADVICE, Flag, band_of, flags
from course.assessment.quality.statistics import Estimate


def figure(value, n=100):
    return Estimate(value, None, n)


@pytest.mark.parametrize(
    ("r", "band"),
    [
        (0.40, "excellent"),
        (0.39, "good"),
        (0.30, "good"),
        (0.20, "fair"),
        (0.19, "revise"),
        (0, "revise"),
        (-0.01, "negative"),
    ],
)
def test_bands_of_discrimination(r, band):
    assert band_of(r) == band


@pytest.mark.parametrize(
    ("p", "r", "found"),
    [
        (0.6, 0.4, ()),
        (0.3, 0.2, ()),
        (0.9, 0.2, ()),
        (0.29, 0.4, (Flag.HARD,)),
        (0.91, 0.4, (Flag.EASY,)),
        (0.6, 0.1, (Flag.WEAK,)),
        (0.2, -0.1, (Flag.NEGATIVE, Flag.HARD)),
        (1.0, None, (Flag.EASY,)),
    ],
)
def test_flags_follow_the_thresholds(p, r, found):
    assert flags(figure(p), figure(r), 0) == found


def test_nothing_is_flagged_below_thirty_responses():
    assert flags(figure(0.1, 29), figure(-0.5, 29), 0) == ()
    assert flags(figure(0.1, 30), figure(-0.5, 30), 0) == (Flag.NEGATIVE, Flag.HARD)


def test_an_unused_distractor_is_flagged():
    assert flags(figure(0.6), figure(0.4), 2) == (Flag.UNUSED,)


def test_every_flag_comes_with_what_to_do():
    assert set(ADVICE) == set(Flag)

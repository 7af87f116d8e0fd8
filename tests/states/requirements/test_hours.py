"""Which minutes count toward hours of training, and what is still missing."""

from datetime import date

import pytest

from course.states.requirements.judgment import State
from tests.states.requirements.samples import IN_PERSON, LIVE, ONLINE, fields, result, trained, training


def hours(number, online="no", **more):
    return fields("hours", hours=number, online=online, **more)


@pytest.mark.parametrize(
    ("online", "mode", "state"),
    [
        ("no", IN_PERSON, State.MET),
        ("no", ONLINE, State.CANNOT_ONLINE),
        ("no", LIVE, State.CANNOT_ONLINE),
        ("live_only", LIVE, State.MET),
        ("live_only", ONLINE, State.OPEN),
        ("yes", ONLINE, State.MET),
        ("part", ONLINE, State.UNKNOWN),
        (None, ONLINE, State.UNKNOWN),
        (None, IN_PERSON, State.MET),
    ],
)
def test_minutes_count_by_their_mode(online, mode, state):
    assert result(hours(20, online), trained(training(20, mode))).state is state


def test_online_hours_above_the_limit_dont_count_and_the_rest_has_to_be_in_person():
    found = result(hours(50, "part", online_max=10), trained(training(14.25, ONLINE), training(12)))
    assert (found.state, found.have, found.earned) == (State.CANNOT_ONLINE, "22 of 50 hours", 22)
    assert [(one.what, one.why) for one in found.not_counted] == [
        ("4.25 online hours", "At most 10 hours may be online.")
    ]
    assert found.next_step == "Complete 28 more hours in person."


def test_what_online_training_can_still_give_leaves_the_rule_open():
    assert result(hours(50, "part", online_max=10), trained(training(42))).state is State.OPEN
    found = result(hours(50, "part", online_max=10), trained(training(30), training(5, ONLINE)))
    assert found.next_step == "Complete 15 more hours, at least 10 of them in person."


def test_a_number_that_nobody_saw_is_never_met():
    assert result(hours(None), trained(training(500))).state is State.UNKNOWN
    assert result(hours(None, any_number=True), trained(training(1))).state is State.MET
    assert result(hours(None, any_number=True), trained()).state is State.CANNOT_ONLINE


def test_only_the_listed_topics_count_and_unknown_topics_may():
    listed = hours(10, topics=["theory"])
    assert result(listed, trained(training(10, topics=frozenset({"theory", "risks"})))).state is State.MET
    found = result(listed, trained(training(10, topics=frozenset({"risks"}))))
    assert (found.state, found.not_counted[0].why) == (State.CANNOT_ONLINE, "It teaches none of the listed topics.")
    assert result(listed, trained(training(10))).state is State.UNKNOWN


@pytest.mark.parametrize(("said", "state"), [(True, State.MET), (False, State.CANNOT_ONLINE), (None, State.UNKNOWN)])
def test_hours_of_the_degree_count_if_the_rule_says_so(said, state):
    assert result(hours(10, entry_level=said), trained(training(10, entry_level=True))).state is state


def test_hours_count_for_as_long_as_the_rule_says():
    old, young = training(10, on=date(2024, 11, 30)), training(10, on=date(2024, 12, 1))
    assert result(hours(10, within_years=2), trained(young)).state is State.MET
    found = result(hours(10, within_years=2), trained(old))
    assert (found.state, found.not_counted[0].why) == (State.CANNOT_ONLINE, "It is older than 2 years.")


def test_hours_have_to_lie_within_the_time_span():
    first, second, third = (training(10, on=date(year, 5, 1)) for year in (2022, 2023, 2025))
    assert result(hours(20, span_years=1), trained(first, second)).met_on == date(2023, 5, 1)
    found = result(hours(20, span_years=1), trained(first, third))
    assert (found.state, found.have) == (State.CANNOT_ONLINE, "10 of 20 hours")
    assert found.not_counted[0].why == "Not within 1 year with the hours that count."


def test_training_of_a_later_day_doesnt_count_yet():
    found = result(hours(10), trained(training(10, on=date(2026, 12, 2))))
    assert (found.state, found.not_counted[0].why) == (State.CANNOT_ONLINE, "It is dated after December 1, 2026.")


def test_a_result_says_who_verified_what_counts():
    checked = training(10, verified_by="Kim Lee", verified_on=date(2026, 6, 2))
    own, other = result(hours(20), trained(training(10), checked)).counted
    assert (own.proof, other.proof) == ("your statement", "verified by Kim Lee on June 2, 2026")
    assert own.amount == "10 hours in person"


def test_hours_are_met_on_the_day_of_the_last_hour_needed():
    days = [training(10, on=date(2026, month, 1)) for month in (3, 1, 2)]
    assert result(hours(20), trained(*days)).met_on == date(2026, 2, 1)

"""Time in practice and time with a license, by the calendar."""

from dataclasses import replace
from datetime import date

import pytest

from course.states.requirements.evidence import Evidence, TimeInPractice
from course.states.requirements.judgment import State
from tests.states.requirements.samples import LICENSE, fields, result


def practice(years=2, basis="practice", **more):
    return fields("practice", years=years, basis=basis, **more)


def time(first, last=None, state="FL", weekly_hours=40):
    return TimeInPractice(
        jurisdiction=state,
        first=date.fromisoformat(first),
        last=last and date.fromisoformat(last),
        weekly_hours=weekly_hours,
    )


def worked(*times):
    return Evidence(practice=times)


def licensed(*licenses):
    return Evidence(licenses=licenses)


@pytest.mark.parametrize(("day", "state"), [("2024-12-01", State.MET), ("2024-12-02", State.OPEN)])
def test_years_are_complete_on_the_anniversary(day, state):
    found = result(practice(), worked(time(day)))
    assert found.state is state
    assert found.met_on == (date(2026, 12, 1) if state is State.MET else None)


def test_times_that_overlap_count_once_and_gaps_count_not():
    overlapping = worked(time("2024-01-01", "2024-12-31"), time("2024-06-01", "2025-06-30", state="GA"))
    assert result(practice(), overlapping).state is State.OPEN
    with_gap = worked(time("2020-01-01", "2020-12-31"), time("2022-01-01", "2023-01-10"))
    assert result(practice(), with_gap).state is State.MET
    assert result(practice(3), with_gap).state is State.OPEN


def test_only_practice_of_enough_hours_in_the_right_state_counts():
    rule = practice(1, weekly_hours=36, same_state=True)
    assert result(rule, worked(time("2020-01-01"))).state is State.MET
    assert result(rule, worked(time("2020-01-01", weekly_hours=20))).state is State.OPEN
    assert result(rule, worked(time("2020-01-01", weekly_hours=None))).state is State.UNKNOWN
    found = result(rule, worked(time("2020-01-01", state="GA")))
    assert (found.state, found.not_counted[0].why) == (State.OPEN, "Only time in FL counts.")


def test_time_with_a_license_runs_from_the_first_license_of_the_profession():
    rule = practice(basis="license")
    assert result(rule, licensed(LICENSE)).met_on == date(2022, 1, 1)
    assert result(rule, licensed(replace(LICENSE, profession="PTA"))).state is State.OPEN
    assert result(rule, licensed(replace(LICENSE, first_licensed=None))).state is State.UNKNOWN
    assert result(rule, licensed(replace(LICENSE, jurisdiction="GA"))).state is State.MET


@pytest.mark.parametrize(("first", "state"), [(date(2003, 1, 1), State.MET), (date(2003, 1, 2), State.OPEN)])
def test_a_license_since_a_day_counts_up_to_that_day(first, state):
    rule = practice(None, "license", since="2003-01-01", same_state=True)
    assert result(rule, licensed(replace(LICENSE, first_licensed=first))).state is state
    assert result(rule, licensed(replace(LICENSE, first_licensed=first, jurisdiction="GA"))).state is State.OPEN


def test_a_length_that_nobody_saw_is_never_met():
    assert result(practice(None), worked(time("1990-01-01"))).state is State.UNKNOWN

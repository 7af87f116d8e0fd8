"""What counts for the renewal of a license, and what is missing."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.content.schema.law import Renewal
from course.states.requirements.renewal import UNSEEN_HOURS, UNSEEN_LENGTH, UNSEEN_SHARE, Earned, progress
from course.states.requirements.renewal_periods import RenewalPeriod
from tests.states.requirements.samples import IN_PERSON, LIVE, ONLINE

PERIOD = RenewalPeriod(date(2025, 1, 1), date(2026, 12, 31))


def renewal(online="part", hours=30, hour_minutes=60, **more):
    return Renewal(hours=hours, period_years=2, hour_minutes=hour_minutes, online=online, confidence="high", **more)


def earned(on=date(2026, 5, 1), **hours):
    modes = {"self_paced": ONLINE, "live": LIVE, "in_person": IN_PERSON}
    return Earned(minutes={modes[name]: number * 60 for name, number in hours.items()}, completed_on=on)


@pytest.mark.parametrize(
    ("rule", "counted", "uncertain", "over_limit"),
    [
        (renewal("yes"), 30, 0, 0),
        (renewal("no"), 4, 0, 26),
        (renewal("live_only"), 10, 0, 20),
        (renewal("part", online_max=10), 14, 6, 10),
        (renewal("part", online_max=10, live_max=5), 19, 0, 11),
        (renewal("part"), 4, 26, 0),
        (renewal(None), 4, 26, 0),
    ],
)
def test_online_hours_count_within_the_limits_of_the_state(rule, counted, uncertain, over_limit):
    found = progress(rule, [earned(self_paced=20, live=6, in_person=4)], PERIOD)
    assert (found.counted, found.uncertain, found.over_limit) == (counted, uncertain, over_limit)
    assert found.missing == 30 - counted
    assert found.unknown == ((UNSEEN_SHARE,) if uncertain else ())


def test_hours_are_as_long_as_the_state_says():
    assert progress(renewal(hour_minutes=50), [earned(in_person=10)], PERIOD).counted == 12


def test_only_hours_of_the_period_count():
    outside = [earned(on=date(2024, 12, 31), in_person=5), earned(on=date(2027, 1, 1), in_person=5)]
    first_and_last = [earned(on=PERIOD.first, in_person=1), earned(on=PERIOD.last, in_person=1)]
    assert progress(renewal(), outside + first_and_last, PERIOD).counted == 2


def test_a_renewal_says_how_many_online_hours_are_left():
    entries = [earned(self_paced=4, live=3)]
    assert progress(renewal(online_max=10), entries, PERIOD).online_left == 3
    assert progress(renewal(online_max=10, live_max=5), entries, PERIOD).online_left == 6
    assert progress(renewal("no"), entries, PERIOD).online_left == 0
    assert progress(renewal("yes"), entries, PERIOD).online_left is None


def test_what_was_not_seen_is_not_computed():
    found = progress(renewal(hours=None), [earned(in_person=50)], PERIOD)
    assert (found.counted, found.missing, found.unknown) == (50, None, (UNSEEN_HOURS,))
    found = progress(renewal(hour_minutes=None), [earned(in_person=50)], PERIOD)
    assert (found.counted, found.missing, found.unknown) == (None, None, (UNSEEN_LENGTH,))


hours = st.integers(0, 60)
limits = st.none() | st.integers(0, 40)
rules = st.builds(
    lambda online, most, live: renewal(online, online_max=most, live_max=live),
    st.sampled_from([None, "no", "part", "live_only", "yes"]),
    limits,
    limits,
)


@given(rules, hours, hours, hours)
def test_each_hour_counts_or_is_uncertain_or_over_a_limit(rule, self_paced, live, in_person):
    found = progress(rule, [earned(self_paced=self_paced, live=live, in_person=in_person)], PERIOD)
    assert found.counted + found.uncertain + found.over_limit == self_paced + live + in_person
    assert found.counted >= in_person


@given(rules, hours, hours, hours, st.sampled_from(["self_paced", "live", "in_person"]), hours)
def test_more_hours_never_leave_more_missing(rule, self_paced, live, in_person, mode, more):
    entry = earned(self_paced=self_paced, live=live, in_person=in_person)
    before, after = (progress(rule, [entry, *others], PERIOD) for others in ([], [earned(**{mode: more})]))
    assert after.missing <= before.missing

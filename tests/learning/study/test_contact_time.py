"""Active time, contact minutes, and the hours that a state counts."""

from datetime import timedelta
from fractions import Fraction

from course.content.schema.hours import Mode
from course.learning.study import contact_time
from tests.factories import NOON


def test_a_beacon_never_adds_more_than_the_clock_allows():
    assert contact_time.creditable(20, NOON - timedelta(seconds=5), NOON) == 5
    assert contact_time.creditable(20, NOON - timedelta(seconds=50), NOON) == 20
    assert contact_time.creditable(3000, NOON - timedelta(hours=2), NOON) == 60


def test_the_first_beacon_starts_the_clock_and_adds_nothing():
    assert contact_time.creditable(20, None, NOON) == 0


def test_a_module_earns_its_minutes_once_every_section_is_studied(catalog):
    module = catalog.modules["adverse-events"]
    ids = [section.id for section in module.sections]
    assert contact_time.minutes(module, ids[:-1]) == {Mode.SELF_PACED_ONLINE: 0}
    assert contact_time.minutes(module, ids) == {Mode.SELF_PACED_ONLINE: module.minutes}


def test_a_state_counts_hours_of_60_or_50_minutes():
    assert contact_time.hours(100) == Fraction("1.5")
    assert contact_time.hours(100, 50) == 2

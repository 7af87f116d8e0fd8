"""Renewal periods follow each other without a gap and end on the expiration date."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.states.requirements.renewal_periods import RenewalPeriod, period_of

DAY = timedelta(days=1)
days = st.dates(date(1960, 1, 1), date(2090, 1, 1))
months = st.integers(1, 120)


@given(days, days, months)
def test_a_day_is_in_exactly_one_period(day, expires_on, months):
    period = period_of(day, expires_on, months)
    assert day in period
    assert period_of(period.first, expires_on, months) == period == period_of(period.last, expires_on, months)


@given(days, days, months)
def test_the_next_period_begins_the_day_after(day, expires_on, months):
    period = period_of(day, expires_on, months)
    following = period_of(period.last + DAY, expires_on, months)
    assert following.first == period.last + DAY
    assert period < following


@given(days, months)
def test_a_period_ends_when_the_license_expires(expires_on, months):
    assert period_of(expires_on, expires_on, months).last == expires_on
    assert period_of(expires_on + DAY, expires_on, months).first == expires_on + DAY


@given(days, days, months)
def test_a_period_has_the_length_of_the_renewal(day, expires_on, months):
    period = period_of(day, expires_on, months)
    assert abs((period.last - period.first).days + 1 - months * 365.2425 / 12) < 5


@pytest.mark.parametrize(
    ("day", "expires_on", "months", "first", "last"),
    [
        ("2026-03-02", "2026-12-31", 24, "2025-01-01", "2026-12-31"),
        ("2027-01-01", "2026-12-31", 24, "2027-01-01", "2028-12-31"),
        ("2024-03-01", "2026-02-28", 24, "2024-03-01", "2026-02-28"),  # both are the last day of February
        ("2024-02-29", "2026-02-28", 24, "2022-03-01", "2024-02-29"),
        ("2026-03-02", "2027-08-15", 12, "2025-08-16", "2026-08-15"),
        ("2026-03-02", "9999-12-31", 12, "2026-01-01", "2026-12-31"),
        ("2026-02-10", "2026-05-30", 1, "2026-01-31", "2026-02-28"),
    ],
)
def test_examples(day, expires_on, months, first, last):
    given = period_of(date.fromisoformat(day), date.fromisoformat(expires_on), months)
    assert given == RenewalPeriod(date.fromisoformat(first), date.fromisoformat(last))

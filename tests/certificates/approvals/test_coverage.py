"""The status of an approval on a day, and its differences from a course."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.certificates.approvals.coverage import ApprovalStatus, ApprovalTerms, Offering, differences, status_on
from course.content.schema.hours import Mode

DAY = timedelta(days=1)
TERMS = ApprovalTerms("1.1", "c" * 64, (), {"self_paced_online": 75}, date(2026, 1, 1), date(2026, 12, 31))
OFFERED = Offering("1.1", "c" * 64, {"self_paced_online": 75, "live_online": 0, "in_person": 0}, None)

days = st.dates(date(2020, 1, 1), date(2035, 1, 1))
names = st.sampled_from(["Ada Able", "Ben  Baker", "Cy Córdoba"])
minutes = st.dictionaries(st.sampled_from([mode.value for mode in Mode]), st.integers(0, 600))


@st.composite
def terms(draw):
    first, last = sorted((draw(days), draw(days)))
    withdrawn = draw(st.none() | st.dates(first, last))
    speakers = tuple(draw(st.lists(names, unique=True)))
    return ApprovalTerms(
        draw(st.sampled_from("123")), draw(st.sampled_from("ab")), speakers, draw(minutes), first, last, withdrawn
    )


@given(terms(), days)
def test_it_is_in_force_from_its_first_day_to_its_last_unless_it_was_withdrawn(terms, day):
    within = terms.first_day <= day <= terms.last_day
    assert (status_on(terms, day) is ApprovalStatus.IN_FORCE) == (
        within and (terms.withdrawn_from is None or day < terms.withdrawn_from)
    )


@given(terms())
def test_its_days_in_force_are_consecutive(terms):
    span = (terms.last_day - terms.first_day).days + 2
    in_force = [
        status_on(terms, terms.first_day + n * DAY) is ApprovalStatus.IN_FORCE for n in range(-1, min(span, 400))
    ]
    assert in_force == sorted(in_force[:1]) + sorted(in_force[1:], reverse=True)


@given(terms(), days)
def test_one_withdrawn_from_its_first_day_was_never_in_force(terms, day):
    assert status_on(replace(terms, withdrawn_from=terms.first_day), day) is ApprovalStatus.WITHDRAWN


@pytest.mark.parametrize("name", ["Sean O\u2019Neil", "sean  o'neil", "Séan O`Neil"])
def test_a_speaker_is_the_same_in_every_spelling(name):
    terms, offered = replace(TERMS, speakers=("Sean O'Neil",)), replace(OFFERED, instructor=name)
    assert differences(terms, offered) == ()
    assert len(differences(terms, replace(offered, instructor="Sean Neil"))) == 1


def test_the_status_says_why_it_is_not_in_force():
    assert status_on(TERMS, date(2025, 12, 31)) is ApprovalStatus.NOT_YET
    assert status_on(TERMS, date(2027, 1, 1)) is ApprovalStatus.EXPIRED
    assert status_on(replace(TERMS, withdrawn_from=date(2026, 6, 1)), date(2027, 1, 1)) is ApprovalStatus.WITHDRAWN


@given(terms())
def test_a_course_just_as_it_was_approved_is_covered(terms):
    instructor = terms.speakers[-1].upper() if terms.speakers else None
    assert differences(terms, Offering(terms.course_version, terms.content_hash, terms.minutes, instructor)) == ()


@given(terms(), minutes, st.none() | names, st.sampled_from("1234"), st.sampled_from("abc"))
def test_any_change_of_version_content_length_or_instructor_is_a_difference(
    terms, minutes, instructor, version, digest
):
    quarters = lambda given: [given.get(mode.value, 0) // 15 for mode in Mode]  # noqa: E731
    same = (
        version == terms.course_version
        and digest == terms.content_hash
        and quarters(minutes) == quarters(terms.minutes)
        and (instructor in terms.speakers if instructor else not terms.speakers)
    )
    assert (differences(terms, Offering(version, digest, minutes, instructor)) == ()) == same


def test_each_difference_is_put_in_words():
    changed = Offering("1.1", "d" * 64, {"self_paced_online": 90, "in_person": 60}, "Ada Able")
    assert differences(TERMS, changed) == (
        "the content of version 1.1 has changed since it was approved",
        "90 minutes self-paced online, approved: 75",
        "60 minutes in person, approved: 0",
        "instructor Ada Able, approved: none (self-paced)",
    )
    assert differences(TERMS, replace(OFFERED, version="2")) == ("version 2, approved: 1.1",)


def test_an_extra_minute_within_the_quarter_hour_is_no_difference():
    assert differences(TERMS, replace(OFFERED, minutes={"self_paced_online": 80})) == ()

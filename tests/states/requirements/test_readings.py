"""What the laws of single states say, each in one small step away from somebody who has done everything."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from course.content.schema.hours import Mode
from course.content.schema.law import Filing
from course.states.requirements.calendar_time import add_months
from course.states.requirements.evidence import HeldCredential
from course.states.requirements.judgment import State, Verdict
from tests.states.requirements.people import DAY, LAW, PEOPLE, judged, of

EVERYTHING = PEOPLE["everything"]
INSTRUCTION_ENDS = EVERYTHING.training[1].completed_on  # 110 and 80 hours are more than Washington's 175


def found(code, rule_id, **changes):
    """Return what is found of the rule if this is changed about somebody who has done everything."""
    return of(code, replace(EVERYTHING, **changes))[rule_id]


def course(hours, mode=Mode.IN_PERSON, like=-1, **more):
    """Return a course of these hours, otherwise like one of the courses of somebody who has done everything."""
    return replace(EVERYTHING.training[like], minutes=round(hours * 60), mode=mode, **more)


def sessions(number, like=0, **more):
    """Return as many sessions as this, like the first, or like the last, which a reviewer for Washington saw."""
    return tuple(replace(EVERYTHING.sessions[like], **more) for _ in range(number))


@pytest.mark.parametrize("code", sorted(LAW))
def test_only_a_law_that_was_read_whole_lets_anybody_needle(code):
    for name in PEOPLE:
        judgment = judged(code, name)
        if judgment.verdict is Verdict.MAY_NEEDLE:
            assert (LAW[code].confidence, LAW[code].reading) == ("high", "whole")
            assert not [result.rule_id for result in judgment.leaves if result.area is not None]
            assert all(result.is_certain for result in judgment.results)


def test_without_a_license_in_the_state_nobody_may_needle():
    licenses = tuple(replace(one, jurisdiction="FL") for one in EVERYTHING.licenses)
    for code in ("MD", "SD"):
        assert judged(code, "everything").verdict is Verdict.MAY_NEEDLE
        judgment = of(code, replace(EVERYTHING, licenses=licenses), whole=True)
        assert judgment.verdict is Verdict.NOT_LICENSED


def test_maryland_counts_no_self_paced_hour_and_at_most_40_live_ones():
    self_paced = (course(100, Mode.SELF_PACED_ONLINE),)
    assert found("MD", "hours-total", training=self_paced).earned == 0
    assert found("MD", "hours-theory", training=self_paced).earned == 0
    live = (course(100, Mode.LIVE_ONLINE),)
    assert found("MD", "hours-total", training=live).earned == 40
    assert found("MD", "hours-theory", training=live).state is State.MET
    assert found("MD", "hours-hands-on", training=live).state is State.CANNOT_ONLINE
    both = (*live, course(40))
    assert found("MD", "hours-total", training=both).state is State.MET
    assert found("MD", "hours-hands-on", training=both).state is State.MET


def test_maryland_asks_for_a_sponsor_of_the_theory_alone():
    theory, hands_on = course(40, Mode.LIVE_ONLINE), course(40, approvals={})
    assert found("MD", "sponsor", training=(theory, hands_on)).state is State.MET
    assert found("MD", "sponsor", training=(replace(theory, approvals={}), hands_on)).state is State.UNKNOWN


@pytest.mark.parametrize(("hours", "state"), [(49.5, State.CANNOT_ONLINE), (50, State.MET)])
def test_florida_asks_for_50_hours_face_to_face(hours, state):
    online = course(30, Mode.LIVE_ONLINE)
    assert found("FL", "face-to-face-hours", training=(course(hours), online)).state is state


@pytest.mark.parametrize(("number", "state"), [(24, State.CANNOT_ONLINE), (25, State.MET)])
def test_florida_asks_for_25_sessions_with_a_supervisor_of_a_year_and_25_sessions(number, state):
    assert found("FL", "supervised-sessions", sessions=sessions(number)).state is state
    for lacking in ({"needling_years": 0.5}, {"sessions": 24}):
        novice = replace(EVERYTHING.sessions[0].supervisor, **lacking)
        assert found("FL", "supervised-sessions", sessions=sessions(25, supervisor=novice)).state < State.UNKNOWN


def test_florida_takes_sessions_by_telehealth():
    assert found("FL", "supervised-sessions", sessions=sessions(25, remote=True)).state is State.MET


def test_florida_takes_sessions_done_before_under_a_license_instead():
    before = HeldCredential(credential="needling-sessions-25", obtained_on=date(2020, 1, 1), expires_on=None)
    assert found("FL", "patient-sessions", sessions=()).state is State.OPEN
    assert found("FL", "patient-sessions", sessions=(), credentials=(before,)).state is State.MET


@pytest.mark.parametrize(("first", "state"), [(date(2024, 12, 1), State.MET), (date(2024, 12, 2), State.OPEN)])
def test_florida_asks_for_two_years_of_practice(first, state):
    (time,) = EVERYTHING.practice
    assert found("FL", "two-years", practice=(replace(time, first=first),)).state is state


def test_florida_wants_the_attestation_within_60_days():
    (attestation,) = (rule for rule in LAW["FL"].requirements if isinstance(rule, Filing))
    assert (attestation.event, attestation.within_days) == ("intent_to_needle", 60)


@pytest.mark.parametrize(("filed_on", "state"), [(date(2025, 3, 2), State.MET), (date(2025, 3, 3), State.OPEN)])
def test_arizona_wants_the_proof_within_30_days_of_the_course(filed_on, state):
    filed = tuple(replace(one, filed_on=filed_on) for one in EVERYTHING.filings if one.jurisdiction == "AZ")
    result = found("AZ", "proof-after-course", filings=filed)
    assert result.state is state
    assert found("AZ", "proof-after-course", filings=()).due_on == date(2025, 3, 2)


@pytest.mark.parametrize("code", ["CO", "IN"])
def test_colorado_and_indiana_count_ten_online_hours(code):
    rule_id = {"CO": "course-hours", "IN": "total-hours"}[code]
    online = course(14.25, Mode.SELF_PACED_ONLINE)
    assert found(code, rule_id, training=(online,)).earned == 10
    assert found(code, rule_id, training=(online, course(39.5))).state is State.CANNOT_ONLINE
    assert found(code, rule_id, training=(online, course(40))).state is State.MET


def test_south_dakota_takes_no_course_that_is_online_only():
    online = (course(200, Mode.LIVE_ONLINE),)
    assert found("SD", "in-person-part", training=online).state is State.CANNOT_ONLINE


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (INSTRUCTION_ENDS - timedelta(days=1), State.CANNOT_ONLINE),
        (INSTRUCTION_ENDS, State.MET),
        (add_months(INSTRUCTION_ENDS, 18), State.MET),
        (add_months(INSTRUCTION_ENDS, 18) + timedelta(days=1), State.CANNOT_ONLINE),
    ],
)
def test_washington_gives_18_months_after_the_instruction_for_the_reviewed_sessions(day, state):
    assert found("WA", "reviewed-sessions", sessions=sessions(150, like=-1, on=day)).state is state


def test_washington_asks_for_150_sessions_and_for_150_hours():
    assert found("WA", "reviewed-sessions", sessions=sessions(149, like=-1)).state is State.CANNOT_ONLINE
    short = sessions(150, like=-1, minutes=45)
    assert found("WA", "reviewed-sessions", sessions=short).state is State.CANNOT_ONLINE


def test_washington_takes_no_reviewer_who_is_not_on_its_list():
    chiropractor = replace(EVERYTHING.sessions[-1].supervisor, profession="chiropractor")
    reviewed = sessions(150, like=-1, supervisor=chiropractor)
    assert found("WA", "reviewed-sessions", sessions=reviewed).state is State.CANNOT_ONLINE


@pytest.mark.parametrize(("hours", "state"), [(35, State.OPEN), (36, State.MET), (None, State.UNKNOWN)])
def test_washington_asks_for_36_hours_a_week(hours, state):
    (time,) = EVERYTHING.practice
    assert found("WA", "year-of-practice", practice=(replace(time, weekly_hours=hours),)).state is state


@pytest.mark.parametrize(("first", "state"), [(date(2003, 1, 1), State.MET), (date(2003, 1, 2), State.OPEN)])
def test_new_jersey_takes_a_license_since_2003_instead_of_a_doctorate(first, state):
    (held,) = EVERYTHING.licenses
    old = (replace(held, first_licensed=first),)
    assert found("NJ", "degree-or-license", credentials=(), licenses=old).state is state
    assert found("NJ", "degree-or-license", licenses=old).state is State.MET


def test_new_jersey_counts_practice_in_the_state_alone():
    (time,) = EVERYTHING.practice
    assert found("NJ", "practice", practice=(replace(time, jurisdiction="PA"),)).state is State.OPEN


def test_louisiana_counts_no_course_from_before_the_two_years_were_over():
    (time,) = EVERYTHING.practice
    late = (replace(time, first=date(2023, 3, 15)),)
    assert found("LA", "practice", practice=late).state is State.MET
    hours = found("LA", "hours", practice=late)
    assert hours.earned == 120  # the last course alone
    assert found("LA", "hours", practice=late, training=EVERYTHING.training[:2]).state is State.CANNOT_ONLINE


@pytest.mark.parametrize(("code", "rule_id"), [("GA", "training-route"), ("KS", "training"), ("TN", "first-year")])
def test_a_degree_that_taught_needling_is_another_way(code, rule_id):
    degree = HeldCredential(credential="entry-level-needling", obtained_on=date(2026, 5, 1), expires_on=None)
    (held,) = EVERYTHING.licenses
    new = {"training": (), "licenses": (replace(held, first_licensed=date(2026, 6, 1)),)}
    assert found(code, rule_id, **new).state is State.OPEN
    assert found(code, rule_id, credentials=(degree,), **new).state is State.MET


def test_nevada_asks_for_examinations_in_person():
    online = tuple(replace(one, in_person=False) for one in EVERYTHING.examinations)
    assert found("NV", "written-examination", examinations=online).state is State.CANNOT_ONLINE


@pytest.mark.parametrize(("number", "state"), [(249, State.CANNOT_ONLINE), (250, State.MET)])
def test_utah_asks_for_250_sessions(number, state):
    assert found("UT", "supervised-sessions", sessions=sessions(number)).state is state


@pytest.mark.parametrize("code", ["IL", "TN", "WA"])
def test_no_hour_fills_two_parts_of_a_program(code):
    """Each part alone has enough hours of a course that covers everything, but not all of the parts together."""
    rule_id = "instruction-hours" if code == "WA" else "total-hours"
    topics = frozenset().union(*(one.topics for one in EVERYTHING.training))
    enough = {"IL": 54, "TN": 50, "WA": 100}[code]
    assert found(code, rule_id, training=(course(enough, topics=topics),)).state < State.UNKNOWN


def test_an_expired_card_is_none():
    cards = tuple(
        replace(one, expires_on=DAY - timedelta(days=1)) if one.credential == "cpr" else one
        for one in EVERYTHING.credentials
    )
    for code in ("DE", "NJ"):
        assert found(code, "cpr").state is State.MET
        assert found(code, "cpr", credentials=cards).state is State.OPEN

"""Which supervised treatment sessions count."""

from dataclasses import replace
from datetime import date

import pytest

from course.states.requirements.evidence import Evidence
from course.states.requirements.judgment import State
from tests.states.requirements.samples import SUPERVISOR, fields, result, session, training

WHO = {"professions": ["physical therapist"], "needling_years": 1}


def sessions(number=2, supervisor=WHO, **more):
    return fields("sessions", sessions=number, supervisor=supervisor, **more)


def done(*some):
    return Evidence(sessions=some)


def test_confirmed_sessions_with_a_fitting_supervisor_count():
    found = result(sessions(), done(session(), session(on=date(2026, 7, 1))))
    assert (found.state, found.have, found.met_on) == (State.MET, "2 of 2 sessions", date(2026, 7, 1))
    (line,) = found.counted
    assert (line.what, line.amount) == ("Sessions with Kim Lee, June 1, 2026 to July 1, 2026", "2 sessions")
    assert line.proof == "confirmed by Kim Lee"


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"confirmed": None}, "The supervisor has not confirmed it."),
        ({"supervisor": None}, "You had no supervisor."),
        (
            {"supervisor": replace(SUPERVISOR, needling_years=0.5)},
            "A supervisor needs years of needling: 1. This one has 0.5.",
        ),
    ],
)
def test_a_session_that_doesnt_count_says_why(other, why):
    found = result(sessions(), done(session(), session(**other)))
    assert (found.state, found.not_counted[0].why) == (State.CANNOT_ONLINE, why)
    assert found.next_step == "Log 1 more supervised session, and have the supervisor confirm them."


def test_what_is_unknown_about_a_supervisor_leaves_the_rule_unknown():
    unknown = session(supervisor=replace(SUPERVISOR, needling_years=None))
    assert result(sessions(), done(session(), unknown)).state is State.UNKNOWN
    assert result(sessions(supervisor={}), done(session(), session())).state is State.UNKNOWN
    assert result(sessions(3), done(session(), unknown)).state is State.CANNOT_ONLINE


@pytest.mark.parametrize(("said", "state"), [(True, State.MET), (False, State.CANNOT_ONLINE), (None, State.UNKNOWN)])
def test_remote_supervision_counts_if_the_rule_says_so(said, state):
    assert result(sessions(1, telehealth=said), done(session(remote=True))).state is state


def test_sessions_have_to_lie_within_the_months():
    early, late = session(on=date(2025, 1, 1)), session(on=date(2026, 7, 2))
    assert result(sessions(within_months=18), done(early, late)).state is State.CANNOT_ONLINE
    assert result(sessions(within_months=18), done(early, session(on=date(2026, 7, 1)))).state is State.MET


def test_sessions_have_to_add_up_to_the_hours_too():
    found = result(sessions(hours=2), done(session(), session()))
    assert (found.state, found.have) == (State.CANNOT_ONLINE, "2 of 2 sessions, 1.5 of 2 hours")
    assert result(sessions(hours=1.5), done(session(), session())).state is State.MET


def test_a_number_that_nobody_saw_is_never_met():
    assert result(sessions(None), done(*[session()] * 300)).state is State.UNKNOWN


@pytest.mark.parametrize(
    ("on", "state"),
    [
        (date(2026, 5, 31), State.CANNOT_ONLINE),
        (date(2026, 6, 1), State.MET),
        (date(2026, 9, 1), State.MET),
        (date(2026, 9, 2), State.CANNOT_ONLINE),
    ],
)
def test_the_months_run_from_an_earlier_requirement(on, state):
    first = fields("hours", hours=10, online="no")
    rule = sessions(1, within_months=3, after=["hours"])
    assert result(rule, Evidence(training=(training(10),), sessions=(session(on=on),)), first).state is state

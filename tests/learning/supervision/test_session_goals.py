"""How far a log goes toward what a state asks for, and whether a supervisor fits the state's rule."""

from datetime import date

import pytest

from course.learning.supervision.session_goals import NO_LAW, NOT_SEEN, goals_of, verdicts_on
from course.learning.supervision.statement import PROFESSIONS
from course.states.requirements.evidence import SupervisorFacts
from course.states.requirements.judgment import State
from tests.states.requirements.samples import DAY, fields, law, session

SUPERVISOR = {"professions": ["physical therapist"], "needling_years": 1, "sessions": 25, "same_state": False}
RULE = fields("sessions", sessions=2, telehealth=True, supervisor=SUPERVISOR)
FITTING = SupervisorFacts(
    name="Sam", profession="physical therapist", jurisdiction="GA", license_years=9, needling_years=1, sessions=25
)


def goal(state_law, *sessions):
    return goals_of(state_law, "FL", "PT", sessions, DAY)


def test_confirmed_sessions_with_a_fitting_supervisor_count():
    (result,) = goal(law(RULE), session(supervisor=FITTING), session(supervisor=FITTING)).results
    assert (result.state, result.earned, result.needed) == (State.MET, 2, 2)


@pytest.mark.parametrize("other", [{"confirmed": None}, {"supervisor": None}, {"on": date(2027, 1, 1)}])
def test_other_sessions_do_not_count(other):
    (result,) = goal(law(RULE), session(supervisor=FITTING), session(**({"supervisor": FITTING} | other))).results
    assert (result.state is State.MET, result.earned) == (False, 1)


def test_a_rule_inside_an_alternative_is_found():
    choice = {**fields("any_of", "choice"), "parts": [RULE, fields("credential", credential="needling-sessions-25")]}
    assert [one.rule_id for one in goal(law(choice)).results] == ["sessions"]


def test_what_comes_before_the_sessions_is_said_and_not_judged():
    first = fields("hours", hours=100, online="no")
    found = goal(law(first, RULE | {"after": ["hours"]}), session(supervisor=FITTING), session(supervisor=FITTING))
    assert (found.has_order, found.results[0].state) == (True, State.MET)


def test_nothing_seen_is_never_said_to_be_nothing_asked():
    silent = law(absences=[])
    assert goal(silent).note == NOT_SEEN
    assert goal(None).note == NO_LAW
    assert goal(law()).note == "Nothing."  # the sample's text demands nothing in any area
    assert goal(law(RULE)).note == ""


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"needling_years": 0}, "A supervisor needs years of needling: 1. This one has 0."),
        ({"sessions": 24}, "A supervisor needs sessions of their own: 25. This one has 24."),
        ({"profession": "chiropractor"}, "A supervisor has to be a physical therapist, not a chiropractor."),
    ],
)
def test_a_supervisor_who_falls_short_is_named_with_the_reason(facts, sentence):
    stated = SupervisorFacts(**vars(FITTING) | facts)
    (verdict,) = verdicts_on(law(RULE), "FL", "PT", stated, DAY)
    assert verdict.shortfalls == (sentence,)


def test_a_fitting_supervisor_has_no_shortfall_and_nothing_open():
    (verdict,) = verdicts_on(law(RULE), "FL", "PT", FITTING, DAY)
    assert (verdict.shortfalls, verdict.unanswered) == ((), ())


def test_a_rule_of_which_nothing_about_supervisors_was_seen_leaves_it_open():
    (verdict,) = verdicts_on(law(fields("sessions", sessions=2)), "FL", "PT", FITTING, DAY)
    assert verdict.unanswered == ("Who may supervise was not seen. Ask the board.",)


def test_without_a_law_on_file_nothing_is_said_about_the_supervisor():
    assert verdicts_on(None, "GU", "PT", FITTING, DAY) == []
    assert "physical therapist" in PROFESSIONS

"""Who may supervise under a state's rule."""

from dataclasses import replace

import pytest

from course.content.schema.law import Supervisor
from course.states.requirements.evidence import SupervisorFacts
from course.states.requirements.supervisors import shortfalls, unanswered

RULE = Supervisor(professions=("physical therapist",), license_years=3, needling_years=1, sessions=25, same_state=True)
FITTING = SupervisorFacts(
    name="Kim Lee",
    profession="Physical Therapist",
    jurisdiction="FL",
    license_years=3,
    needling_years=1,
    sessions=25,
)


def test_a_supervisor_who_has_all_that_is_asked_for_fits():
    assert (shortfalls(RULE, FITTING, license_state="FL"), unanswered(RULE, FITTING)) == ((), ())


@pytest.mark.parametrize(
    ("lack", "words"),
    [
        ({"profession": "chiropractor"}, "A supervisor has to be a physical therapist, not a chiropractor."),
        ({"license_years": 2.5}, "A supervisor needs years with a license: 3. This one has 2.5."),
        ({"needling_years": 0}, "A supervisor needs years of needling: 1. This one has 0."),
        ({"sessions": 24}, "A supervisor needs sessions of their own: 25. This one has 24."),
        ({"jurisdiction": "GA"}, "A supervisor has to be licensed in FL. This one is licensed in GA."),
    ],
)
def test_each_shortfall_is_said(lack, words):
    assert shortfalls(RULE, replace(FITTING, **lack), license_state="FL") == (words,)


@pytest.mark.parametrize("fact", ["profession", "license_years", "needling_years", "sessions", "jurisdiction"])
def test_what_was_not_stated_is_a_question_and_no_shortfall(fact):
    silent = replace(FITTING, **{fact: None})
    assert shortfalls(RULE, silent, license_state="FL") == ()
    assert len(unanswered(RULE, silent)) == 1


def test_a_condition_that_a_rule_adds_to_the_profession_is_a_question():
    rule = Supervisor(professions=("physical therapist with the endorsement",))
    assert shortfalls(rule, FITTING, license_state="WA") == ()
    assert unanswered(rule, FITTING) == (
        "Not stated: whether the supervisor is a physical therapist with the endorsement.",
    )


def test_a_rule_of_which_nothing_was_seen_leaves_everybody_in_question():
    assert unanswered(Supervisor(), FITTING) == ("Who may supervise was not seen. Ask the board.",)

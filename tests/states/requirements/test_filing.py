"""Papers to send, and their deadlines."""

from dataclasses import replace
from datetime import date

import pytest

from course.states.requirements.evidence import Evidence, FiledPaper
from course.states.requirements.judgment import State
from tests.states.requirements.samples import DAY, LICENSE, fields, result, trained, training

HOURS = fields("hours", hours=20, online="no")
TRAINED = trained(training(20, on=date(2026, 11, 20)))


def filing(**more):
    return (
        fields("filing", what="Proof", to_whom="the board") | {"event": "training_completed", "within_days": 30} | more
    )


def sent(evidence, *days, state="FL", requirement="filing"):
    papers = tuple(FiledPaper(jurisdiction=state, requirement=requirement, filed_on=day) for day in days)
    return replace(evidence, filings=papers)


def test_the_days_run_from_the_training():
    found = result(filing(), TRAINED, HOURS)
    assert (found.state, found.due_on) == (State.OPEN, date(2026, 12, 20))
    assert found.next_step == "Send this to the board: Proof by December 20, 2026."


def test_without_the_training_no_day_is_due():
    found = result(filing(), Evidence(), HOURS)
    assert (found.state, found.due_on) == (State.OPEN, None)
    assert found.next_step == "Send this to the board: Proof, within 30 days, after the training."


def test_a_paper_in_time_meets_the_rule_and_a_late_one_does_not():
    early = trained(training(20, on=date(2026, 10, 1)))
    assert result(filing(), sent(early, date(2026, 10, 31)), HOURS).state is State.MET
    late = result(filing(), sent(early, date(2026, 11, 1)), HOURS)
    assert late.not_counted[0].why == "It was sent after the deadline of October 31, 2026."
    assert late.next_step.endswith("The deadline of October 31, 2026 has passed: ask the board what to do.")


@pytest.mark.parametrize(("state", "requirement"), [("GA", "filing"), ("FL", "another")])
def test_a_paper_for_another_rule_doesnt_count(state, requirement):
    assert result(filing(), sent(TRAINED, DAY, state=state, requirement=requirement), HOURS).state is State.OPEN


def test_the_days_run_from_the_first_license_in_the_state():
    licenses = (replace(LICENSE, first_licensed=date(2026, 11, 1)), replace(LICENSE, jurisdiction="GA"))
    found = result(filing(event="first_license"), Evidence(licenses=licenses))
    assert found.due_on == date(2026, 12, 1)


def test_a_deadline_from_an_unknown_day_leaves_a_sent_paper_unknown():
    hours = HOURS | {"hours": None}
    assert result(filing(), sent(TRAINED, DAY), hours).state is State.UNKNOWN
    assert result(filing(within_days=None), sent(TRAINED, DAY), hours).state is State.MET


def test_a_paper_comes_after_the_requirements_that_it_proves():
    rule = filing(event="before_needling", within_days=None, after=["hours"])
    found = result(rule, sent(TRAINED, date(2026, 11, 19)), HOURS)
    assert found.not_counted[0].why == "It comes before an earlier requirement was met on November 20, 2026."
    assert result(rule, sent(TRAINED, date(2026, 11, 20)), HOURS).state is State.MET
    early = result(rule, sent(Evidence(), DAY), HOURS)
    assert (early.state, early.next_step) == (State.OPEN, "First meet “20 hours, none online”.")
    assert result(rule, sent(TRAINED, DAY), HOURS | {"hours": None}).state is State.UNKNOWN

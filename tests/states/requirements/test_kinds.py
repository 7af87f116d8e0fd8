"""Topics, approvals, examinations, credentials, determinations, and groups of them."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from course.states.requirements.evidence import Evidence, HeldCredential, PassedExamination, SignedDetermination
from course.states.requirements.judgment import State
from tests.states.requirements.samples import DAY, IN_PERSON, LICENSE, ONLINE, fields, result, trained, training

HOURS = fields("hours", hours=20, online="no")
TOPICS = fields("topics", topics=["theory", "risks"])
THEORY, RISKS = frozenset({"theory"}), frozenset({"risks"})


def test_topics_are_covered_by_training_that_counts_for_the_hours():
    both = trained(training(10, topics=THEORY), training(10, topics=RISKS))
    assert result(TOPICS, both, HOURS).state is State.MET
    online = trained(training(10, topics=THEORY), training(10, ONLINE, topics=RISKS))
    found = result(TOPICS, online, HOURS)
    assert (found.state, found.have, found.next_step) == (
        State.CANNOT_ONLINE,
        "1 of 2 topics",
        "Take training in: risks.",
    )
    assert result(TOPICS, online).state is State.MET


def test_topics_that_are_not_on_record_are_unknown():
    assert result(TOPICS, trained(training(20)), HOURS).state is State.UNKNOWN


def test_a_list_of_topics_that_was_seen_in_part_is_never_met():
    both = trained(training(10, topics=THEORY | RISKS))
    found = result(TOPICS | {"is_complete": False}, both, HOURS)
    assert (found.state, found.next_step) == (State.UNKNOWN, "Ask the board for the whole list of topics.")


def approval(**more):
    return fields("approval", by=["apta", "fl-board"], **more)


@pytest.mark.parametrize(
    ("approvals", "state"),
    [
        ({"apta": date(2026, 1, 1)}, State.MET),
        ({"apta": None}, State.MET),
        ({"fsbpt": date(2026, 1, 1)}, State.UNKNOWN),
        ({}, State.UNKNOWN),
    ],
)
def test_training_needs_one_of_the_approvers(approvals, state):
    assert result(approval(), trained(training(20, approvals=approvals)), HOURS).state is state


@pytest.mark.parametrize(
    ("approved_on", "state"), [(date(2026, 6, 1), State.MET), (date(2026, 6, 2), State.OPEN), (None, State.UNKNOWN)]
)
def test_an_approval_may_have_to_come_before_the_training(approved_on, state):
    rule = approval(before_training=True)
    assert result(rule, trained(training(20, approvals={"apta": approved_on})), HOURS).state is state


def test_approved_training_has_to_be_enough_by_itself():
    approved, other = training(10, approvals={"apta": None}), training(10)
    assert result(approval(), trained(approved, other), HOURS).state is State.UNKNOWN
    assert result(approval(), trained(approved), HOURS).state is State.OPEN
    assert result(approval(), trained(approved, approved, other), HOURS).state is State.MET


def test_hours_say_that_they_count_only_if_the_board_accepts_the_course():
    unapproved = result(HOURS, trained(training(20)), approval())
    assert unapproved.counted[0].amount == "20 hours in person, if the board accepts the course"
    approved = result(HOURS, trained(training(20, approvals={"apta": None})), approval())
    assert approved.counted[0].amount == "20 hours in person"


def passed(form="practical", in_person=True, percent=80):
    exam = PassedExamination(title="Final", form=form, on=date(2026, 6, 1), in_person=in_person, percent=percent)
    return Evidence(examinations=(exam,))


@pytest.mark.parametrize(
    ("rule", "evidence", "state"),
    [
        ({"form": "practical"}, passed(), State.MET),
        ({"form": "competency"}, passed(), State.MET),
        ({"form": "practical"}, passed("written"), State.CANNOT_ONLINE),
        ({"form": "written"}, passed("practical"), State.OPEN),
        ({"form": "written", "in_person": True}, passed("written", in_person=False), State.CANNOT_ONLINE),
        ({"form": "written", "pass_mark": 80}, passed("written"), State.MET),
        ({"form": "written", "pass_mark": 81}, passed("written"), State.OPEN),
        ({"form": "written", "pass_mark": 80}, passed("written", percent=None), State.UNKNOWN),
    ],
)
def test_an_examination_has_its_form_place_and_pass_mark(rule, evidence, state):
    assert result(fields("examination", **rule), evidence).state is state


def held(expires_on=None, credential="cpr"):
    return Evidence(
        credentials=(HeldCredential(credential=credential, obtained_on=LICENSE.first_licensed, expires_on=expires_on),)
    )


def test_a_credential_is_held_until_it_expires():
    rule = fields("credential", credential="cpr")
    assert result(rule, held(expires_on=DAY)).due_on == DAY
    expired = result(rule, held(expires_on=date(2026, 11, 30)))
    assert (expired.state, expired.not_counted[0].why) == (State.OPEN, "It expired on November 30, 2026.")
    assert result(rule, held(credential="dpt")).state is State.OPEN


@pytest.mark.parametrize(("said", "state"), [(True, State.MET), (False, State.OPEN), (None, State.UNKNOWN)])
def test_a_license_says_itself_whether_it_is_unrestricted(said, state):
    rule = fields("credential", credential="unrestricted-license")
    assert result(rule, Evidence(licenses=(replace(LICENSE, unrestricted=said),))).state is state
    assert (
        result(rule, Evidence(licenses=(replace(LICENSE, jurisdiction="GA", unrestricted=True),))).state is State.OPEN
    )


@pytest.mark.parametrize(
    ("by", "state"), [("instructor", State.MET), ("either", State.MET), ("supervisor", State.CANNOT_ONLINE)]
)
def test_a_determination_is_signed_by_the_right_role(by, state):
    signed = Evidence(determinations=(SignedDetermination(by="instructor", name="Kim Lee", on=date(2026, 6, 1)),))
    assert result(fields("determination", by=by), signed).state is state


def test_a_rule_that_nobody_read_is_unknown_whatever_there_is():
    assert result(fields("unread", areas=["hours"]), trained(training(500))).state is State.UNKNOWN


# How the states of two parts combine, in the order of State: any_of is the best, all_of the worst.
PARTS = {
    State.MET: fields("credential", credential="cpr"),
    State.UNKNOWN: fields("unread", areas=["hours"]),
    State.OPEN: fields("credential", credential="dpt"),
    State.CANNOT_ONLINE: fields("hours", hours=5, online="no"),
}


@pytest.mark.parametrize(("one", "other"), list(product(PARTS, repeat=2)))
def test_a_choice_is_as_good_as_its_best_part_and_a_whole_as_its_worst(one, other):
    parts = [PARTS[state] | {"id": f"part-{n}"} for n, state in enumerate((one, other))]
    assert result(fields("any_of", parts=parts), held()).state is max(one, other)
    assert result(fields("all_of", parts=parts), held()).state is min(one, other)


def test_a_part_that_is_not_in_force_plays_no_role():
    parts = [PARTS[State.OPEN] | {"id": "now"}, PARTS[State.MET] | {"id": "past", "valid_to": "2025-12-31"}]
    assert result(fields("any_of", parts=parts), held()).state is State.OPEN
    assert [part.rule_id for part in result(fields("any_of", parts=parts), held()).parts] == ["now"]


def test_a_stage_counts_nothing_from_before_the_stage_that_comes_first():
    theory = fields("hours", "theory", hours=10, online="no", topics=["theory"])
    lab = fields("hours", "lab", hours=10, online="no", topics=["risks"], after=["theory"])
    stages = fields("all_of", parts=[theory, lab])
    first = training(10, IN_PERSON, date(2026, 3, 1), topics=THEORY)
    assert result(stages, trained(first, training(10, on=date(2026, 4, 1), topics=RISKS))).state is State.MET
    too_early = result(stages, trained(first, training(10, on=date(2026, 2, 1), topics=RISKS)))
    assert too_early.state is State.CANNOT_ONLINE
    assert too_early.parts[1].not_counted[-1].why == "It comes before an earlier requirement was met on March 1, 2026."


def test_what_comes_after_a_group_goes_for_its_parts_too():
    lab = fields("all_of", "lab", after=["theory"], parts=[fields("hours", "hands-on", hours=5, online="no")])
    theory = fields("credential", "theory", credential="cpr")
    assert result(lab, trained(training(5)), theory).state is State.CANNOT_ONLINE
    assert result(lab, replace(held(), training=(training(5),)), theory).state is State.MET

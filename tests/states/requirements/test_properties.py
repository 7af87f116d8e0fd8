"""What holds for every law and all evidence."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.content.schema.law import Area
from course.states import requirements
from course.states.requirements.engine import judge
from course.states.requirements.evidence import (
    Evidence,
    FiledPaper,
    HeldCredential,
    HeldLicense,
    PassedExamination,
    SignedDetermination,
    SupervisorFacts,
    TimeInPractice,
    Training,
    TreatmentSession,
)
from course.states.requirements.judgment import State, Verdict, walk
from tests.states.requirements.samples import DAY, IN_PERSON, LIVE, ONLINE, fields, law

TOPICS = ("theory", "risks", "palpation")
maybe = st.sampled_from([None, True, False])
days = st.dates(date(2019, 1, 1), date(2027, 6, 1))
topics = st.sets(st.sampled_from(TOPICS), max_size=2).map(sorted)

hours = st.fixed_dictionaries(
    {
        "kind": st.just("hours"),
        "hours": st.sampled_from([None, 0, 4, 10, 20]),
        "any_number": st.booleans(),
        "online": st.sampled_from([None, "no", "part", "live_only", "yes"]),
        "online_max": st.sampled_from([None, 2, 5]),
        "topics": topics,
        "within_years": st.sampled_from([None, 2]),
        "span_years": st.sampled_from([None, 1]),
        "entry_level": maybe,
    }
)
sessions = st.fixed_dictionaries(
    {
        "kind": st.just("sessions"),
        "sessions": st.sampled_from([None, 1, 3]),
        "hours": st.sampled_from([None, 2]),
        "within_months": st.sampled_from([None, 12]),
        "telehealth": maybe,
        "supervisor": st.sampled_from([{}, {"needling_years": 1}, {"professions": ["physician"], "same_state": True}]),
    }
)
simple = st.sampled_from(
    [
        {"kind": "topics", "topics": ["theory", "risks"]},
        {"kind": "topics", "topics": ["palpation"], "is_complete": False},
        {"kind": "examination", "form": "written", "pass_mark": 70},
        {"kind": "examination", "form": "competency", "in_person": True},
        {"kind": "practice", "years": 2, "basis": "practice", "weekly_hours": 30},
        {"kind": "practice", "years": 1, "basis": "license", "same_state": True},
        {"kind": "practice", "years": None, "basis": "license", "since": "2021-01-01"},
        {"kind": "practice", "years": None, "basis": "practice"},
        {"kind": "approval", "by": ["apta", "fsbpt"], "before_training": True},
        {"kind": "approval", "by": ["apta"]},
        {"kind": "filing", "what": "Form", "to_whom": "the board", "event": "before_needling"},
        {"kind": "credential", "credential": "cpr"},
        {"kind": "credential", "credential": "unrestricted-license"},
        {"kind": "determination", "by": "instructor"},
        {"kind": "unread", "areas": ["filing"]},
    ]
)
rules = hours | sessions | simple


@st.composite
def laws(draw, *, has_deadlines=True):
    """Return a law of rules and groups with ids of their own; later rules may come after earlier ones.

    The only deadline among them: sessions within months of an earlier requirement.
    """
    numbers, made = iter(range(100)), []

    def numbered(rule):
        number = next(numbers)
        after = [f"rule-{draw(st.sampled_from(finished))}"] if finished and draw(st.integers(0, 3)) == 0 else []
        if not has_deadlines and rule.get("within_months"):
            after = []
        return fields(**(rule | {"rule_id": f"rule-{number}", "after": after}))

    for _ in range(draw(st.integers(1, 4))):
        finished = [int(rule["id"].removeprefix("rule-")) for rule in made]
        if draw(st.booleans()):
            made.append(numbered(draw(rules)))
            continue
        group = numbered({"kind": draw(st.sampled_from(["any_of", "all_of"]))})
        group["parts"] = [numbered(rule) for rule in draw(st.lists(rules, min_size=1, max_size=3))]
        made.append(group)
    return law(*made)


proofs = st.sampled_from([None, "Kim Lee"])
supervisors = st.none() | st.builds(
    SupervisorFacts,
    name=st.just("Kim Lee"),
    profession=st.sampled_from([None, "physician", "nurse"]),
    jurisdiction=st.sampled_from([None, "FL", "GA"]),
    needling_years=st.sampled_from([None, 0.5, 3]),
)
FACTS = {
    "licenses": st.builds(
        HeldLicense,
        jurisdiction=st.sampled_from(["FL", "GA"]),
        profession=st.sampled_from(["PT", "PTA"]),
        first_licensed=st.none() | days,
        unrestricted=maybe,
    ),
    "training": st.builds(
        Training,
        title=st.just("Course"),
        provider=st.just("Somebody"),
        mode=st.sampled_from([ONLINE, LIVE, IN_PERSON]),
        minutes=st.integers(1, 1500),
        completed_on=days,
        topics=topics.map(frozenset),
        approvals=st.dictionaries(st.sampled_from(["apta", "fsbpt", "other"]), st.none() | days),
        entry_level=st.booleans(),
    ),
    "sessions": st.builds(
        TreatmentSession,
        on=days,
        minutes=st.integers(20, 90),
        supervisor=supervisors,
        remote=st.booleans(),
        verified_by=proofs,
    ),
    "examinations": st.builds(
        PassedExamination,
        title=st.just("Final"),
        form=st.sampled_from(["written", "practical", "competency"]),
        on=days,
        in_person=st.booleans(),
        percent=st.sampled_from([None, 60, 80]),
    ),
    "practice": st.builds(
        TimeInPractice,
        jurisdiction=st.sampled_from(["FL", "GA"]),
        first=days,
        last=st.none() | days,
        weekly_hours=st.sampled_from([None, 20, 40]),
    ),
    "credentials": st.builds(
        HeldCredential, credential=st.sampled_from(["cpr", "dpt"]), obtained_on=days, expires_on=st.none() | days
    ),
    "filings": st.builds(
        FiledPaper,
        jurisdiction=st.sampled_from(["FL", "GA"]),
        requirement=st.sampled_from([f"rule-{n}" for n in range(6)]),
        filed_on=days,
    ),
    "determinations": st.builds(
        SignedDetermination, by=st.sampled_from(["instructor", "supervisor"]), name=st.just("Kim Lee"), on=days
    ),
}
evidences = st.builds(Evidence, **{name: st.lists(facts, max_size=4).map(tuple) for name, facts in FACTS.items()})


def states(entry, evidence):
    return {one.rule_id: one.state for one in walk(judge(entry, "FL", evidence, DAY).results)}


@given(laws(has_deadlines=False), evidences, evidences)
def test_more_evidence_never_makes_a_met_requirement_open_or_unknown(entry, evidence, more):
    both = Evidence(**{name: getattr(evidence, name) + getattr(more, name) for name in FACTS})
    before, after = states(entry, evidence), states(entry, both)
    assert {rule for rule, state in before.items() if state is State.MET and after[rule] is not State.MET} == set()
    assert {rule for rule, state in before.items() if state is State.UNKNOWN and after[rule] < State.UNKNOWN} == set()


@given(laws(), evidences, st.randoms(use_true_random=False))
def test_the_order_of_the_evidence_does_not_matter(entry, evidence, random):
    shuffled = Evidence(**{name: tuple(random.sample(facts, len(facts))) for name, facts in vars(evidence).items()})
    one, other = (judge(entry, "FL", some, DAY) for some in (evidence, shuffled))
    assert one.verdict is other.verdict
    for first, second in zip(walk(one.results), walk(other.results), strict=True):
        assert (first.state, first.met_on, first.earned) == (second.state, second.met_on, second.earned)


UNSEEN = {"online": ["no", "part", "live_only", "yes"], "entry_level": [True, False], "telehealth": [True, False]}


def filled(rule, name, value):
    """Return the rule with the value wherever nobody saw one."""
    update = {name: value} if getattr(rule, name, value) is None else {}
    parts = tuple(filled(part, name, value) for part in getattr(rule, "parts", ()))
    return rule.model_copy(update=update | ({"parts": parts} if parts else {}))


@pytest.mark.parametrize("name", UNSEEN)
@given(entry=laws(), evidence=evidences)
def test_what_nobody_saw_of_a_rule_is_met_only_if_it_would_be_met_whatever_the_rule_says(name, entry, evidence):
    unseen = states(entry, evidence)
    for value in UNSEEN[name]:
        known = entry.model_copy(update={"requirements": tuple(filled(one, name, value) for one in entry.requirements)})
        found = states(known, evidence)
        assert {rule for rule, state in unseen.items() if state is State.MET and found[rule] is not State.MET} == set()


@given(laws(), evidences, st.sampled_from(Area))
def test_nobody_may_needle_where_an_area_was_not_seen(entry, evidence, area):
    gap = entry.model_copy(update={"absences": ()})
    judgment = judge(gap, "FL", evidence, DAY)
    if any(result.state is not State.MET for result in judgment.results):
        assert judgment.verdict is not Verdict.MAY_NEEDLE
    seen = {one.area for one in judgment.results}
    if area in {one.area for one in entry.absences}:
        assert area in seen


@given(laws(), laws(), evidences)
def test_another_state_changes_nothing(entry, other, evidence):
    alone = judge(entry, "FL", evidence, DAY)
    judge(other, "GA", evidence, DAY)
    assert judge(entry, "FL", evidence, DAY) == alone


@given(laws(), evidences)
def test_every_open_requirement_says_what_to_do(entry, evidence):
    for result in walk(judge(entry, "FL", evidence, DAY).results):
        assert bool(result.next_step) is (result.state is not State.MET)


@given(laws(), evidences)
def test_nothing_is_met_after_the_day(entry, evidence):
    assert all(one.met_on is None or one.met_on <= DAY for one in walk(judge(entry, "FL", evidence, DAY).results))


def test_no_state_is_named_in_the_code_of_the_engine():
    files = Path(requirements.__file__).parent.rglob("*.py")
    named = {path.name: found for path in files if (found := re.findall(r"""["'][A-Z]{2}["']""", path.read_text()))}
    assert {name: set(found) - {'"PT"'} for name, found in named.items() if set(found) - {'"PT"'}} == {}

"""Every state's law for ready-made people: expected.yaml says what its text answers, read by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from course.states.requirements.judgment import State, walk
from tests.states.requirements.people import LAW, PEOPLE, judged, read

EXPECTED = read(Path(__file__).with_name("expected.yaml"))
COMMON = EXPECTED.pop("common")
STATES = {"met": State.MET, "open": State.OPEN, "cannot": State.CANNOT_ONLINE, "unknown": State.UNKNOWN}


def results(code, name):
    return {result.rule_id: result for result in walk(judged(code, name).results)}


def verdicts() -> Iterator[tuple[str, str, str]]:
    for group in COMMON:
        for code in group["states"]:
            for name in PEOPLE:
                yield code, name, group.get("but", {}).get(name, group["verdict"])
    for code, entry in EXPECTED.items():
        for name in PEOPLE:
            yield code, name, entry["verdicts"][name]


def requirements() -> Iterator[tuple[str, str, str, str]]:
    for code, entry in EXPECTED.items():
        for rule_id, expected in entry["requirements"].items():
            for state in STATES:
                for name in expected.get(state, ()):
                    yield code, rule_id, name, state


def test_every_state_has_an_expectation_for_everybody():
    assert {code for code, _, _ in verdicts()} == set(LAW)
    assert len(list(verdicts())) == len(LAW) * len(PEOPLE)


@pytest.mark.parametrize("code", sorted(LAW))
def test_the_law_answers_everybody_as_its_text_says(code):
    expected = {name: verdict for state, name, verdict in verdicts() if state == code}
    assert {name: judged(code, name).verdict.value for name in PEOPLE} == expected


@pytest.mark.parametrize("code", EXPECTED)
def test_each_deciding_requirement_is_in_the_state_that_the_rule_gives(code):
    expected = {(rule_id, name): STATES[state] for one, rule_id, name, state in requirements() if one == code}
    assert {(rule_id, name): results(code, name)[rule_id].state for rule_id, name in expected} == expected


@pytest.mark.parametrize("code", EXPECTED)
def test_nobody_is_refused_for_a_requirement_that_the_table_does_not_name(code):
    for name in PEOPLE:
        lacking = {one.rule_id for one in judged(code, name).results if one.state < State.UNKNOWN}
        named = {rule_id for one, rule_id, who, state in requirements() if (one, who) == (code, name)}
        if name != "assistant":  # whom most states refuse before anything is counted
            assert lacking <= named | {parent_of(code, rule_id) for rule_id in named}


def parent_of(code, rule_id):
    """Return the outermost group that holds the rule."""
    return next((rule.id for rule in LAW[code].requirements if rule_id in ids_in(rule)), None)


def ids_in(rule):
    return {rule.id}.union(*(ids_in(part) for part in getattr(rule, "parts", ())))

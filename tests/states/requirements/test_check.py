"""`./run states check`: a person described in a file, as a table and as JSON."""

import json
import re

import pytest
from click.testing import CliRunner

from course.cli import cli
from course.states.requirements.cli import check_command
from course.states.requirements.engine import judge
from course.states.requirements.evidence import Evidence
from course.states.requirements.report import WIDTH, text
from tests.states.requirements.samples import DAY, DOCUMENT, yaml_of_the_document

PERSON = """
licenses:
- {state: FL, first_licensed: 2020-01-15}
- {state: CA, first_licensed: 2023-01-01}
training:
- {title: Theory, provider: Needlewise, mode: self_paced_online, hours: 14.25, completed_on: 2026-03-01}
"""


@pytest.fixture
def run(tmp_path, catalog):
    def run(person, *more):
        (tmp_path / "person.yaml").write_text(person)
        arguments = ["--evidence", str(tmp_path / "person.yaml"), "--on", "2026-12-01", *more]
        return CliRunner().invoke(check_command(lambda: catalog), arguments)

    return run


def test_each_state_of_a_license_is_judged(run):
    result = run(PERSON)
    assert result.exit_code == 0, result.stderr
    assert "Florida (FL) on December 1, 2026: Not yet" in result.output
    assert "California (CA) on December 1, 2026: Prohibited" in result.output
    assert "- Theory: No online hours count." in result.output
    assert "The board decides." in result.output


def test_a_line_has_the_state_first_and_then_the_requirement(run):
    lines = run(PERSON).output.splitlines()
    assert any(line.startswith("cannot be met online  Training: 50 hours, none online") for line in lines)


def test_no_line_of_any_state_is_longer(catalog):
    for code, law in catalog.jurisdictions.items():
        printed = text(judge(law, code, Evidence(), DAY), law.name)
        assert max(len(line) for line in printed.splitlines()) <= WIDTH, code


def test_one_state_can_be_chosen(run):
    result = run(PERSON, "--state", "md")
    assert result.output.startswith("Maryland (MD) on")
    assert "Florida" not in result.output
    assert run("training: []", "--state", "MD").exit_code == 0


def test_json_has_the_documented_keys(run):
    printed = json.loads(run(PERSON, "--json").output)
    assert (printed["on"], [state["code"] for state in printed["states"]]) == ("2026-12-01", ["FL", "CA"])
    shape = re.search(r"(?s)```text\n(\{on, states.*?)```", DOCUMENT)[1]
    top, results = shape.split("RESULT: ")
    florida = printed["states"][0]
    assert set(florida) | {"on", "states"} == set(re.findall(r"\w+", top)) - {"RESULT"}
    found = florida["results"][0]
    inner = {*found["source"], "what", "amount", "proof", "why"}
    assert set(found) | inner == set(re.findall(r"\w+", results)) - {"RESULT"}
    hours = next(result for result in florida["results"] if result["kind"] == "hours")
    assert (hours["state"], hours["earned"], hours["needed"]) == ("cannot_online", 0, 50)
    assert hours["not_counted"] == [{"what": "Theory", "why": "No online hours count."}]


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ("licenses: [\n", "person.yaml:2: not valid YAML"),
        ("- FL", "person.yaml:1: not a list of keys and values"),
        ("licences: []", "person.yaml:1: licences is not a known key"),
        ("licenses:\n- {state: FL}\n- {state: Florida}", "person.yaml:3: licenses.state: String should match pattern"),
        ("practice:\n- {state: FL, first: soon}", "person.yaml:2: practice.first: Input should be a valid date"),
        (PERSON.replace("14.25", "-1"), "person.yaml:6: training.hours: Input should be greater than 0"),
        (PERSON.replace("completed_on", "topics: [juggling], completed_on"), "person.yaml:6: juggling is not a topic"),
        (
            "filings:\n- {state: FL, requirement: nothing, filed_on: 2026-01-01}",
            "person.yaml:2: FL asks for no filing nothing; use one of attestation",
        ),
    ],
)
def test_a_fault_in_the_file_is_said_with_its_line_and_nothing_is_judged(run, person, words):
    result = run(person)
    assert (result.exit_code, result.stdout) == (1, "")
    assert words in result.stderr


@pytest.mark.parametrize(
    ("person", "more", "words"),
    [
        ("licenses: []", (), "there is no license in a state. Add one under licenses, or choose a state with --state."),
        (PERSON, ("--state", "XX"), "There is no entry for XX. Use the two letters of a state or DC."),
    ],
)
def test_without_a_state_there_is_nothing_to_judge(run, person, more, words):
    result = run(person, *more)
    assert (result.exit_code, result.stdout) == (1, "")
    assert words in result.stderr


def test_a_missing_file_and_a_bad_day_are_said(catalog):
    command = check_command(lambda: catalog)
    missing = CliRunner().invoke(command, ["--evidence", "/nowhere.yaml", "--on", "2026-12-01"])
    assert (missing.exit_code, missing.stderr) == (1, "/nowhere.yaml: there is no such file.\n")
    assert CliRunner().invoke(command, ["--evidence", "/nowhere.yaml", "--on", "today"]).exit_code == 2


def test_the_command_is_with_the_states_and_opens_no_database():
    assert "check" in cli.commands["states"].commands


def test_the_documented_evidence_is_judged(run):
    result = run(yaml_of_the_document("licenses:"))
    assert result.exit_code == 0, result.stderr
    assert "Have: 25 of 25 sessions." in result.output

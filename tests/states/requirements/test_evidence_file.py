"""The YAML form of a person's evidence, and the examples of docs/states.md."""

from datetime import date

import pytest
import yaml
from pydantic import TypeAdapter

from course.content.schema.law import Absence, Requirement
from course.content.source import Problems
from course.states.requirements import evidence_file
from tests.states.requirements.samples import ONLINE, yaml_of_the_document


def test_the_documented_evidence_is_read_in_full():
    _, person = evidence_file.read(yaml_of_the_document("licenses:"), "person.yaml", Problems())
    evidence = evidence_file.evidence_of(person)
    assert all(vars(evidence).values())
    theory, lab = evidence.training
    assert (theory.mode, theory.minutes, theory.verified_by) == (ONLINE, 855, None)
    assert (lab.approvals, lab.verified_on) == ({"fpta": date(2026, 1, 15), "apta": None}, date(2026, 6, 1))
    assert (len(evidence.sessions), evidence.sessions[0].supervisor.needling_years) == (25, 4)


def test_the_documented_rules_are_valid():
    example = yaml.safe_load(yaml_of_the_document("requirements:"))
    for one in example["requirements"]:
        TypeAdapter(Requirement).validate_python(one)
    assert [Absence.model_validate(one).area for one in example["absences"]] == ["examination"]


@pytest.mark.parametrize(
    ("licenses", "profession"), [("", "PT"), ("{state: GA, profession: PTA}", "PTA"), ("{state: FL}", "PT")]
)
def test_the_license_says_the_profession(licenses, profession):
    _, person = evidence_file.read(f"licenses: [{licenses}]", "person.yaml", Problems())
    assert evidence_file.profession_in(person, "FL") == profession

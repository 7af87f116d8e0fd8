"""The commands content export and content import."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from course.content import source
from course.content.cli import content_group
from course.content.exchange import FORMATS
from course.content.schema.bank import Bank
from course.content.source import Problems
from course.platform.config import ROOT


def run(*arguments: object) -> Any:
    group = content_group(lambda: (ROOT / "modules", ROOT / "quizzes"), lambda _: [])
    return CliRunner().invoke(group, [str(argument) for argument in arguments])


@pytest.mark.parametrize("name", ["csv", "moodle-xml"])
def test_an_exported_bank_passes_the_check_when_imported(tmp_path, name, catalog):
    before = {path.name: path.read_bytes() for path in (ROOT / "quizzes").iterdir()}
    out, to = tmp_path / "bank.out", tmp_path / "bank.yaml"
    assert run("export", "adverse-events", "--format", name, "--to", out).exit_code == 0
    result = run("import", out, "--format", name, "--bank", "adverse-events", "--to", to)
    assert result.exit_code == 0, result.stderr
    assert "It passes the check." in result.output
    data = source.parse(to.read_text(), "bank.yaml", Problems()).data
    bank = catalog.banks["adverse-events"]
    named = {left.item for left in FORMATS[name].write(bank).left_out}
    found = Bank.model_validate(data | {"digest": "x"}).items
    assert [item for item in found if item.id not in named] == [item for item in bank.items if item.id not in named]
    assert {path.name: path.read_bytes() for path in (ROOT / "quizzes").iterdir()} == before


def test_an_incomplete_import_is_written_and_its_problems_are_listed(tmp_path):
    (tmp_path / "in.txt").write_text("Which?\nA. This\nB. That\nANSWER: B\n")
    to = tmp_path / "bank.yaml"
    result = run("import", tmp_path / "in.txt", "--format", "aiken", "--bank", "adverse-events", "--to", to)
    assert result.exit_code == 1
    line = to.read_text().split("\n").index("- type: single") + 1
    for name in ("id", "objective", "level", "references"):
        assert f"{to}:{line}: items.{name} is missing; add it" in result.stderr
    assert "does not pass the check yet. Edit it" in result.stderr
    assert to.read_text().endswith(
        "- type: single\n  stem: >-\n    Which?\n  options:\n    a: This\n    b: That\n  key: b\n"
    )


def test_an_existing_file_is_replaced_only_with_force(tmp_path):
    to = tmp_path / "bank.csv"
    to.write_text("mine")
    refused = run("export", "adverse-events", "--format", "csv", "--to", to)
    assert (refused.exit_code, to.read_text()) == (1, "mine")
    assert "add --force to replace it" in refused.stderr
    assert run("export", "adverse-events", "--format", "csv", "--to", to, "--force").exit_code == 0
    assert "adverse-001" in to.read_text()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("export", "magic", "--format", "csv", "--to", "{}/x"), "There is no bank magic. Use one of adverse-events"),
        (("export", "adverse-events", "--format", "csv", "--to", "{}/no/x"), "can't be written: No such file"),
        (
            ("import", "{}/none", "--format", "csv", "--bank", "adverse-events", "--to", "{}/x"),
            "can't be read: No such file",
        ),
        (
            ("import", "{}/bad", "--format", "qti-2.2", "--bank", "adverse-events", "--to", "{}/x"),
            "not well-formed XML",
        ),
        (
            ("import", "{}/bad", "--format", "csv", "--bank", "../secret", "--to", "{}/x"),
            "There is no module ../secret",
        ),
    ],
)
def test_a_wrong_command_fails_with_a_message_and_changes_nothing(tmp_path, arguments, sentence):
    (tmp_path / "bad").write_text("nothing")
    result = run(*(argument.format(tmp_path) for argument in arguments))
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert [path.name for path in Path(tmp_path).iterdir()] == ["bad"]

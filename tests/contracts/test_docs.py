"""What the documents mention exists, and nothing is left out."""

import re

import pytest

from course.cli import cli
from course.content.rules import coverage
from course.platform.access import GRANTS, Role
from course.platform.audit.log import DETAILS, Event
from course.platform.config import ROOT

README = (ROOT / "README.md").read_text()
SETTINGS = set(
    re.findall(r'env(?:\.get\(|\[)"([A-Z_]+)"|_url\(env, "([A-Z_]+)"', (ROOT / "course/platform/config.py").read_text())
)


def test_every_setting_is_in_the_readme():
    names = {name for pair in SETTINGS for name in pair if name}
    assert len(names) >= 9
    assert {name for name in names if f"`{name}`" not in README} == set()


@pytest.mark.parametrize(
    "command", ["content check", "people create-admin", "demo", "worker", "migrate", "bench", "keys rotate", "template"]
)
def test_every_command_is_in_the_readme(command):
    assert command.split()[0] in cli.commands
    assert f"./run {command}" in README


def test_there_are_no_other_commands():
    assert set(cli.commands) == {
        "content",
        "people",
        "states",
        "demo",
        "worker",
        "migrate",
        "serve",
        "bench",
        "keys",
        "check-records",
        "template",
    }


def test_the_table_of_the_curriculum_is_up_to_date(catalog):
    assert (ROOT / "docs/curriculum.md").read_text() == coverage.table(catalog)


def test_links_between_documents_work():
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(
            r"\]\((?!https?:|#|/)([^)#]+)", re.sub(r"(?s)```.*?```|`[^`]*`", "", path.read_text())
        ):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_every_audit_event_has_its_details():
    assert set(DETAILS) == set(Event)


def test_every_role_has_permissions():
    assert set(GRANTS) == set(Role)


NAMED = re.compile(r"`((?:[\w.]+/)*[\w-]+\.(?:py|html|js|yaml|txt))(?:: (\w+))?`")
GUIDES = ["tour", "architecture", "certificates"]


@pytest.mark.parametrize("guide", GUIDES)
def test_files_and_functions_that_the_guides_name_are_there(guide):
    """A path is given from any folder on, as far as a reader needs it."""
    files = [path.relative_to(ROOT).as_posix() for path in (ROOT / "course").rglob("*") if path.is_file()]
    files += [
        path.relative_to(ROOT).as_posix()
        for folder in ("modules", "quizzes", "tests")
        for path in (ROOT / folder).rglob("*")
    ]
    named = NAMED.findall((ROOT / f"docs/{guide}.md").read_text())
    assert named
    for name, function in named:
        found = [path for path in files if f"/{path}".endswith(f"/{name}")]
        assert found, f"docs/{guide}.md names {name}"
        if function:
            assert any(f"def {function}(" in (ROOT / path).read_text() for path in found), f"{name}: {function}"

"""Rules for the code: short functions, one clock, one place that commits, requests only in views."""

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

from course.platform.config import ROOT

FILES = sorted(path for path in (ROOT / "course").rglob("*.py") if "migrations" not in path.parts)
PAGES = {"views.py", "admin.py", "saving.py"}  # saving.py takes an answer from its request to its row


def functions() -> Iterator[tuple[str, int]]:
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                yield f"{path.relative_to(ROOT)}:{node.name}", length


def logic_lines(path: Path) -> int:
    return sum(bool(line.strip()) and not line.strip().startswith("#") for line in path.read_text().splitlines())


def test_functions_are_short():
    lengths = dict(functions())
    assert statistics.median(lengths.values()) <= 8
    assert {name: length for name, length in lengths.items() if length > 50} == {}


def test_no_file_holds_more_than_400_lines_of_logic():
    assert [str(path) for path in FILES if logic_lines(path) > 400] == []


def containing(pattern: str) -> set[str]:
    return {str(path.relative_to(ROOT / "course")) for path in FILES if re.search(pattern, path.read_text())}


def test_only_the_clock_reads_the_clock():
    assert containing(r"datetime\.now|utcnow|date\.today|time\.time\(") == {"platform/clock.py"}


def test_only_the_unit_of_work_commits():
    assert containing(r"\.commit\(\)") == {"platform/db.py"}


def test_only_views_use_the_request_and_the_signed_in_person():
    users = containing(r"import .*\b(request|current_user)\b")
    pages = {name for name in users if Path(name).name in PAGES or name.startswith("platform/")}
    assert users - pages == set()


VOCABULARY = {"models", "actions", "queries", "forms", "views", "admin", "cli", "__init__"}
# Large rooms have their actions in several files.
VOCABULARY |= {"taking", "saving", "tallying", "accommodating", "reporting"}
VOCABULARY |= {"requesting", "issuing", "ending", "renewing", "reminding"}
OUTSIDE = {"flask", "sqlalchemy", "wtforms", "os", "random", "secrets"}
OUTSIDE |= {f"course.platform.{name}" for name in ("clock", "db", "web", "access", "jobs", "throttle", "group_commit")}


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def pure_files() -> list[Path]:
    """Return the files of rooms whose name is not in VOCABULARY, neither alone nor at the end as in `packet_queries`."""
    rooms = [path for path in FILES if path.relative_to(ROOT / "course").parts[0] not in {"platform", "tools"}]
    inside = [path for path in rooms if len(path.relative_to(ROOT / "course").parts) > 2]
    return [path for path in inside if path.stem.rpartition("_")[2] not in VOCABULARY and path.stem not in VOCABULARY]


def test_files_outside_the_vocabulary_are_pure():
    """Such files use no framework, database, randomness or clock."""
    assert len(pure_files()) > 80
    reaching = {}
    for path in pure_files():
        if found := {name for name in imported(path) if name in OUTSIDE or name.split(".")[0] in OUTSIDE}:
            reaching[str(path.relative_to(ROOT / "course"))] = sorted(found)
    assert reaching == {}

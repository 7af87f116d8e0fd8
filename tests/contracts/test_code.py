"""The shape of the code: short functions, one clock, one place that commits, requests only in pages."""

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

from course.config import ROOT

FILES = sorted(path for path in (ROOT / "course").rglob("*.py") if "migrations" not in path.parts)
GROUND = {"access.py", "throttle.py", "web.py", "db.py", "telemetry.py"}
PAGES = {"views.py", "admin.py", "instructor.py"}


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
    assert containing(r"datetime\.now|utcnow|date\.today|time\.time\(") == {"clock.py"}


def test_only_the_unit_of_work_commits():
    assert containing(r"\.commit\(\)") == {"db.py"}


def test_requests_and_the_signed_in_person_are_known_to_pages_alone():
    users = containing(r"import .*\b(request|current_user)\b")
    assert {name for name in users if Path(name).name not in PAGES | GROUND} == set()

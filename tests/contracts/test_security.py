"""docs/asvs.md answers every requirement of ASVS 5.0 levels 1 and 2, and the tests that it names exist."""

import re
from collections import Counter

from course.platform.config import ROOT

TABLE = (ROOT / "docs/asvs.md").read_text()
SECURITY = (ROOT / "docs/security.md").read_text()
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split(" | "))
    for line in TABLE.splitlines()
    if re.match(r"\| V\d", line)
]
STATUSES = {"met", "partly", "not met", "n/a"}
NAMED = re.compile(r"`([\w/]+\.py): (test_\w+)`")


def test_every_requirement_has_a_row_with_its_level():
    wanted = (ROOT / "tests/data/asvs-5.0.0.txt").read_text().splitlines()
    assert sorted(f"{row[0]} {row[1]}" for row in ROWS) == sorted(wanted)
    assert len(wanted) == 253


def test_every_row_has_a_status_and_a_reason():
    assert [row[0] for row in ROWS if len(row) != 5 or row[2] not in STATUSES or not row[3]] == []


def test_what_is_met_is_shown_by_a_test_that_exists_or_is_written_down():
    missing = []
    for id_, _, status, where, shown in ROWS:
        tests = NAMED.findall(shown)
        for file, name in tests:
            path = ROOT / "tests" / file
            if not path.exists() or not re.search(rf"def {name}\(", path.read_text()):
                missing.append(f"{id_}: {file}: {name}")
        if status == "met" and not tests and not re.search(r"security\.md#|\.ci/|settings", where):
            missing.append(f"{id_}: nothing shows it")
    assert missing == []


def test_the_parts_of_the_security_document_exist():
    parts = {
        re.sub(r"[^a-z0-9 -]", "", line[3:].lower()).replace(" ", "-")
        for line in SECURITY.splitlines()
        if line.startswith("## ")
    }
    assert set(re.findall(r"security\.md#([\w-]+)", TABLE)) <= parts


def test_the_counts_are_those_of_the_rows():
    counts = Counter(row[2] for row in ROWS)
    total = re.search(r"Of 253 requirements: (.*)\.", TABLE)[1]
    assert dict(part.split(" ", 1)[::-1] for part in total.split(", ")) == {
        status: str(count) for status, count in counts.items()
    }

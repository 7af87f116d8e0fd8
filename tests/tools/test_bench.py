"""The benchmark measures each row on a temporary database and leaves nothing behind."""

import pytest

from course.cli import ready_app
from course.tools.bench import crowd, disk, issuing, measure, rows, writer_waits
from course.tools.bench.load import Load
from course.tools.bench.report import table
from tests import factories
from tests.sampling import sample


def of_rate(rate, *, milliseconds=1.0, errors=0):
    return Load([milliseconds / 1000] * rate, errors, 1.0)


def test_a_row_is_followed_by_its_goals():
    measured = {
        (rows.EMPTY_POST, 8): [of_rate(1000), of_rate(100), of_rate(1000)],
        (rows.SAVE, 8): [of_rate(500), of_rate(50), of_rate(100, milliseconds=80, errors=2)],
    }
    lines = list(table(measured))
    assert lines[1].split() == ["8", "connections", "per", "s", "p50", "p95", "p99", "ms", "errors"]
    assert lines[3].split() == ["answer", "save", "100", "1.0", "1.0", "1.0", "2"]
    assert lines[4].strip() == "50% of empty POST; goal 40%: met"
    assert lines[5].strip() == "p99 1.0 ms; goal 50 ms: met"
    assert len(lines) == 6


def test_a_goal_without_a_reply_to_compare_with_is_reported_as_such():
    measured = {(rows.EMPTY_POST, 8): [of_rate(0, errors=3)], (rows.SAVE, 8): [of_rate(500)]}
    assert "    no share of empty POST, because it got no expected reply" in list(table(measured))


def test_a_writer_commits_at_least_once_even_if_its_time_is_too_short(tmp_path):
    load = disk.drive(disk.sqlite(tmp_path / "commits.db"), writers=8, seconds=1e-9)
    assert len(load.times) == 8


def test_quantiles_count_all_replies():
    load = Load([n / 1000 for n in range(100, 0, -1)], 0, 1.0)
    assert [load.quantile(share) for share in (0.5, 0.95, 0.99, 1)] == [51.0, 96.0, 100.0, 100.0]


@pytest.mark.parametrize("kind", sample(["sqlite", "postgresql"], few=1))
def test_every_row_is_answered_without_an_error(kind, config, request, monkeypatch):
    monkeypatch.setattr(measure, "ROUNDS", 1)
    monkeypatch.setattr(measure, "ATTEMPTS", {1: 3, 8: 8})
    monkeypatch.setattr(issuing, "SAMPLE_SIZE", 2)
    monkeypatch.setattr(crowd, "LEARNERS", 16)
    if kind == "postgresql":
        server = request.getfixturevalue("postgres_server")
        config = factories.replaced(config, database=server.url("postgres"))
    lines = list(measure.run(config, 0.05, 5, ready_app, lambda _: None))
    issued = lines.index(f"{'a certificate':24}{'CPU ms':>8}")
    assert {"badge", "document", "signature", "database", "total"} <= {line.split()[0] for line in lines[issued:]}
    assert lines[-1] == "    0 errors"
    measured = [line for line in lines[:issued] if line and not line.startswith("    ") and "connection" not in line]
    assert len(measured) == 2 * 16
    assert {line.split()[-1] for line in measured} == {"0"}
    assert [path.name for path in config.data.iterdir() if path.name.startswith("bench-")] == []
    if kind == "postgresql":
        assert not [name for name in server.databases() if name.startswith("bench_")]


def test_the_longest_wait_of_another_writer_is_measured_for_each_way_to_issue_a_certificate(config, monkeypatch):
    monkeypatch.setattr(writer_waits, "SAMPLES_PER_WAY", 2)
    lines = list(measure.run_writer_waits(config, ready_app, lambda _: None))
    ways = ("bare commits", "issue", "reissue", "name correction", "rescored reissue", "backdating")
    assert [line[:24].rstrip() for line in lines[2:]] == [f"during {way}" for way in ways]
    assert all(float(line.split()[-1]) > 0 for line in lines[2:])
    assert [path.name for path in config.data.iterdir() if path.name.startswith("bench-")] == []

"""The results as a table, with the goals."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from course.tools.bench.load import Load
from course.tools.bench.rows import GOALS, Goal, Share

Measured = Mapping[tuple[str, int], Sequence[Load]]  # by row and number of connections, one load for each round


def table(measured: Measured) -> Iterator[str]:
    """Yield a block for each number of connections with a line for each row. Figures are medians of the rounds."""
    for connections in sorted({key[1] for key in measured}):
        yield ""
        yield f"{_counted(connections):24}{'per s':>8}{'p50':>8}{'p95':>8}{'p99 ms':>9}{'errors':>8}"
        for (name, at), loads in measured.items():
            if at == connections:
                yield _line(name, loads)
                yield from _goals(measured, name, connections)


def _counted(connections: int) -> str:
    return "1 connection" if connections == 1 else f"{connections} connections"


def _line(name: str, loads: Sequence[Load]) -> str:
    rate = median(load.rate for load in loads)
    p50, p95, p99 = (median(load.quantile(share) for load in loads) for share in (0.5, 0.95, 0.99))
    return f"{name:24}{rate:8.0f}{p50:8.1f}{p95:8.1f}{p99:9.1f}{sum(load.errors for load in loads):8}"


def _goals(measured: Measured, name: str, connections: int) -> Iterator[str]:
    for goal in GOALS.get(name, ()):
        at = 8 if isinstance(goal, Share) else goal.connections
        needed = {(name, at)} | ({(goal.of, at)} if isinstance(goal, Share) else set())
        if at == connections and needed <= measured.keys():
            yield _judged(measured, name, goal)


def _judged(measured: Measured, name: str, goal: Goal) -> str:
    if isinstance(goal, Share):
        pairs = zip(measured[name, 8], measured[goal.of, 8], strict=True)
        shares = [ours.rate / theirs.rate for ours, theirs in pairs if theirs.rate]
        if not shares:
            return f"    no share of {goal.of}, because it got no expected reply"
        share = median(shares)
        verdict = "met" if share >= goal.least else "missed"
        return f"    {share:.0%} of {goal.of}; goal {goal.least:.0%}: {verdict}"
    took = median(load.quantile(goal.share) for load in measured[name, goal.connections])
    verdict = "met" if took <= goal.max_ms else "missed"
    return f"    p{goal.share * 100:.0f} {took:.1f} ms; goal {goal.max_ms:.0f} ms: {verdict}"

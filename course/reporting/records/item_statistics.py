"""How well the items of an assessment work, from every attempt up to a moment."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from course.assessment.attempts import tally
from course.assessment.attempts.tally import SubmittedAttempt
from course.assessment.quality import analysis
from course.assessment.quality.analysis import AttemptGroup
from course.assessment.quality.statistics import ResponseCount, TotalCount
from course.content.items.base import Item


class AttemptCounts:
    """Results of attempts, counted. It grows with the number of different results, not with that of attempts.

    Keys: (total points, number of scored items), and for an item with its own points as the third part.
    """

    def __init__(self) -> None:
        self._attempts: Counter[tuple[Fraction, int]] = Counter()
        self._responses: dict[str, dict[tuple[Fraction, int, Fraction], list[int]]] = {}
        self._chosen: dict[str, Counter[str]] = {}

    def add(self, attempt: SubmittedAttempt) -> None:
        self._attempts[attempt.total, attempt.scored] += 1
        for row in tally.items(attempt):
            key = (row["total"], row["scored"], row["points"])
            sums = self._responses.setdefault(row["item_id"], {}).setdefault(key, [0, 0, 0, 0])
            for n, name in enumerate(("count", "timed", "seconds", "seconds_squared")):
                sums[n] += row[name]
        for row in tally.options(attempt):
            self._chosen.setdefault(row["item_id"], Counter())[row["label"]] += 1

    @property
    def items(self) -> set[str]:
        return set(self._responses)

    def group(self) -> AttemptGroup:
        return AttemptGroup(
            [TotalCount(total, scored, count) for (total, scored), count in sorted(self._attempts.items())],
            {
                item: [ResponseCount(*key, *sums) for key, sums in sorted(results.items())]
                for item, results in sorted(self._responses.items())
            },
            {item: dict(labels) for item, labels in self._chosen.items()},
        )


def counted(batches: Iterable[Sequence[SubmittedAttempt]]) -> tuple[AttemptCounts, AttemptCounts]:
    """Return the counts of first attempts and of all attempts."""
    first, every = AttemptCounts(), AttemptCounts()
    for batch in batches:
        for attempt in batch:
            every.add(attempt)
            if attempt.is_first:
                first.add(attempt)
    return first, every


def table(first: AttemptCounts, every: AttemptCounts, items: Mapping[str, Item]) -> list[list[str]]:
    """Return the column names, then a row for each item by id, without the column of learners' reports."""
    rows = analysis.ordered(analysis.rows(first.group(), every.group(), items, {}), "item", down=False)
    return [row[:-1] for row in analysis.table(rows)]

"""How well the items of an assessment work, from every attempt up to a moment. Pure: counts in, a table out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from course.assessment.attempts import tally
from course.assessment.attempts.tally import SubmittedAttempt
from course.assessment.quality import analysis
from course.assessment.quality.analysis import Group
from course.assessment.quality.statistics import Response, Sitting
from course.content.items.base import Item

Place = tuple[Fraction, int]  # a total, of so many items that count


class Counts:
    """Of the first attempts, or of all; grows by batches and stays as small as there are different results."""

    def __init__(self) -> None:
        self._sittings: Counter[Place] = Counter()
        self._responses: dict[str, dict[tuple[Fraction, int, Fraction], list[int]]] = {}
        self._chosen: dict[str, Counter[str]] = {}

    def add(self, attempt: SubmittedAttempt) -> None:
        self._sittings[attempt.total, attempt.scored] += 1
        for row in tally.items(attempt):
            place = (row["total"], row["scored"], row["points"])
            sums = self._responses.setdefault(row["item_id"], {}).setdefault(place, [0, 0, 0, 0])
            for n, name in enumerate(("count", "timed", "seconds", "seconds_squared")):
                sums[n] += row[name]
        for row in tally.options(attempt):
            self._chosen.setdefault(row["item_id"], Counter())[row["label"]] += 1

    @property
    def items(self) -> set[str]:
        return set(self._responses)

    def group(self) -> Group:
        return Group(
            [Sitting(total, scored, count) for (total, scored), count in sorted(self._sittings.items())],
            {
                item: [Response(*place, *sums) for place, sums in sorted(places.items())]
                for item, places in sorted(self._responses.items())
            },
            {item: dict(labels) for item, labels in self._chosen.items()},
        )


def counted(batches: Iterable[Sequence[SubmittedAttempt]]) -> tuple[Counts, Counts]:
    """First attempts, and all."""
    first, every = Counts(), Counts()
    for batch in batches:
        for attempt in batch:
            every.add(attempt)
            if attempt.is_first:
                first.add(attempt)
    return first, every


def table(first: Counts, every: Counts, items: Mapping[str, Item]) -> list[list[str]]:
    """A heading, then a row for each item by its id; without the reports of learners, which are no statistics."""
    rows = analysis.ordered(analysis.rows(first.group(), every.group(), items, {}), "item", down=False)
    return [row[:-1] for row in analysis.table(rows)]

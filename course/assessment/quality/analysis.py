"""The statistics of an assessment's items, over first attempts and over all attempts. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from course.assessment.quality import judgment, statistics
from course.assessment.quality.judgment import Flag
from course.assessment.quality.statistics import (
    ChoiceCount,
    Estimate,
    OptionStatistics,
    Reliability,
    ResponseCount,
    TotalCount,
)
from course.content.items.base import Item


@dataclass
class AttemptGroup:
    """The counts of the first attempts at an assessment, or of all: responses by item, `chosen` by item and label."""

    total_counts: list[TotalCount] = field(default_factory=list)
    responses: dict[str, list[ResponseCount]] = field(default_factory=dict)
    chosen: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def attempts(self) -> int:
        return sum(row.count for row in self.total_counts)

    @property
    def reliability(self) -> Reliability | None:
        return statistics.reliability(self.total_counts, self.responses)


@dataclass(frozen=True)
class ItemStatistics:
    """An item's statistics over one group of attempts."""

    p: Estimate
    discrimination: Estimate
    time: Estimate
    unused: frozenset[str]

    @property
    def flags(self) -> tuple[Flag, ...]:
        return judgment.flags(self.p, self.discrimination, len(self.unused))


def statistics_of(group: AttemptGroup, item: Item) -> ItemStatistics:
    """Return the item's statistics over the group."""
    return _statistics(item, group.responses.get(item.id, []), group.chosen.get(item.id, {}))


def _statistics(item: Item, responses: Sequence[ResponseCount], chosen: Mapping[str, int]) -> ItemStatistics:
    p = statistics.difficulty(responses)
    return ItemStatistics(
        p,
        statistics.discrimination(responses),
        statistics.time_spent(responses),
        statistics.unused_distractors(chosen, distractors(item), p.n),
    )


def distractors(item: Item) -> frozenset[str]:
    """Return the labels that have a text of their own and are wrong to choose."""
    worded = {label for label, text in item.labels().items() if text in item.texts()}
    return frozenset(worded) - item.keyed()


@dataclass(frozen=True)
class ItemRow:
    """An item that was answered. Its flags come from first attempts, because people know the item in later ones."""

    item: Item
    first: ItemStatistics
    every: ItemStatistics
    reports: int

    @property
    def flags(self) -> tuple[Flag, ...]:
        return self.first.flags


def rows(
    first: AttemptGroup, every: AttemptGroup, items: Mapping[str, Item], reports: Mapping[str, int]
) -> list[ItemRow]:
    """Return a row for each item that was answered. `reports` has the number of open reports by item."""
    return [
        ItemRow(items[id_], statistics_of(first, items[id_]), statistics_of(every, items[id_]), reports.get(id_, 0))
        for id_ in every.responses
        if id_ in items
    ]


SORTS: Mapping[str, Callable[[ItemRow], Any]] = {
    "item": lambda row: row.item.id,
    "p": lambda row: row.first.p.value,
    "discrimination": lambda row: row.first.discrimination.value,
    "time": lambda row: row.first.time.value,
    "flags": lambda row: len(row.flags),
    "reports": lambda row: row.reports,
}


def ordered(given: Sequence[ItemRow], by: str, *, down: bool) -> list[ItemRow]:
    """Return the rows in the order of one of SORTS. Rows without the statistic come last, and ties go by id."""
    known = sorted((row for row in given if SORTS[by](row) is not None), key=lambda row: row.item.id)
    missing = sorted((row for row in given if SORTS[by](row) is None), key=lambda row: row.item.id)
    return sorted(known, key=SORTS[by], reverse=down) + missing


@dataclass(frozen=True)
class ItemDetail:
    """An item over one group of attempts at an assessment: its statistics, and what each fifth of learners did."""

    statistics: ItemStatistics
    fifths: list[Estimate]
    options: list[OptionStatistics]


def detail_of(group: AttemptGroup, item: Item, choices: Sequence[ChoiceCount]) -> ItemDetail:
    """Return the item's detail over the group."""
    fifth_of, responses = statistics.fifths(group.total_counts), group.responses.get(item.id, [])
    n = sum(row.count for row in responses)
    options = statistics.options(choices, item.labels(), item.keyed(), distractors(item), n, fifth_of)
    return ItemDetail(
        _statistics(item, responses, {option.label: option.count for option in options}),
        statistics.by_fifths(responses, fifth_of),
        options,
    )


HEADINGS = ("n", "p", "p low", "p high", "discrimination", "discrimination low", "discrimination high", "seconds")


def table(given: Sequence[ItemRow]) -> list[list[str]]:
    """Return the rows as cells of a CSV file with a heading. A statistic that is not defined is empty."""
    head = ["item", "stem", *(f"{which}: {name}" for which in ("first", "all") for name in HEADINGS)]
    return [
        [*head, "flags", "open reports"],
        *(
            [row.item.id, row.item.stem, *_cells(row.first), *_cells(row.every), "; ".join(row.flags), str(row.reports)]
            for row in given
        ),
    ]


def _cells(found: ItemStatistics) -> list[str]:
    p, r = found.p, found.discrimination
    values = [p.value, *(p.interval or (None, None)), r.value, *(r.interval or (None, None)), found.time.value]
    return [str(p.n), *("" if value is None else f"{value:.6g}" for value in values)]

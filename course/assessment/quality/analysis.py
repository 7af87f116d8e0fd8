"""The figures of an assessment's items side by side: first attempts and all attempts. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from course.assessment.quality import judgment, statistics
from course.assessment.quality.judgment import Flag
from course.assessment.quality.statistics import Choice, Figure, Option, Reliability, Response, Sitting
from course.content.items.base import Item


@dataclass
class Group:
    """The counts of some attempts at one assessment: the first ones, or all. By item; `chosen` by label, too."""

    sittings: list[Sitting] = field(default_factory=list)
    responses: dict[str, list[Response]] = field(default_factory=dict)
    chosen: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def attempts(self) -> int:
        return sum(row.count for row in self.sittings)

    @property
    def reliability(self) -> Reliability | None:
        return statistics.reliability(self.sittings, self.responses)


@dataclass(frozen=True)
class Line:
    """An item's figures over one group of attempts."""

    p: Figure
    discrimination: Figure
    time: Figure
    unused: frozenset[str]

    @property
    def flags(self) -> tuple[Flag, ...]:
        return judgment.flags(self.p, self.discrimination, len(self.unused))


def line(group: Group, item: Item) -> Line:
    return _line(item, group.responses.get(item.id, []), group.chosen.get(item.id, {}))


def _line(item: Item, responses: Sequence[Response], chosen: Mapping[str, int]) -> Line:
    p = statistics.difficulty(responses)
    return Line(
        p,
        statistics.discrimination(responses),
        statistics.time_spent(responses),
        statistics.unused_distractors(chosen, distractors(item), p.n),
    )


def distractors(item: Item) -> frozenset[str]:
    """The labels that are worded as options and are not right to choose."""
    worded = {label for label, text in item.labels().items() if text in item.texts()}
    return frozenset(worded) - item.keyed()


@dataclass(frozen=True)
class Row:
    """An item that was answered. Its flags rest on first attempts: later ones are by people who know it."""

    item: Item
    first: Line
    every: Line
    reports: int

    @property
    def flags(self) -> tuple[Flag, ...]:
        return self.first.flags


def rows(first: Group, every: Group, items: Mapping[str, Item], reports: Mapping[str, int]) -> list[Row]:
    return [
        Row(items[id_], line(first, items[id_]), line(every, items[id_]), reports.get(id_, 0))
        for id_ in every.responses
        if id_ in items
    ]


SORTS: Mapping[str, Callable[[Row], Any]] = {
    "item": lambda row: row.item.id,
    "p": lambda row: row.first.p.value,
    "discrimination": lambda row: row.first.discrimination.value,
    "time": lambda row: row.first.time.value,
    "flags": lambda row: len(row.flags),
    "reports": lambda row: row.reports,
}


def ordered(given: Sequence[Row], by: str, *, down: bool) -> list[Row]:
    """By one of SORTS; rows without the figure come last either way, equal ones by the item's id."""
    known = sorted((row for row in given if SORTS[by](row) is not None), key=lambda row: row.item.id)
    missing = sorted((row for row in given if SORTS[by](row) is None), key=lambda row: row.item.id)
    return sorted(known, key=SORTS[by], reverse=down) + missing


@dataclass(frozen=True)
class Portrait:
    """An item over one group of attempts at one assessment: its figures, and what each fifth of learners did."""

    line: Line
    fifths: list[Figure]
    options: list[Option]


def portrait(group: Group, item: Item, choices: Sequence[Choice]) -> Portrait:
    fifth_of, responses = statistics.fifths(group.sittings), group.responses.get(item.id, [])
    n = sum(row.count for row in responses)
    options = statistics.options(choices, item.labels(), item.keyed(), distractors(item), n, fifth_of)
    return Portrait(
        _line(item, responses, {option.label: option.count for option in options}),
        statistics.by_fifths(responses, fifth_of),
        options,
    )


HEADINGS = ("n", "p", "p low", "p high", "discrimination", "discrimination low", "discrimination high", "seconds")


def table(given: Sequence[Row]) -> list[list[str]]:
    """The rows as cells of a file, a heading first; what is not defined stays empty."""
    head = ["item", "stem", *(f"{which}: {name}" for which in ("first", "all") for name in HEADINGS)]
    return [
        [*head, "flags", "open reports"],
        *(
            [row.item.id, row.item.stem, *_cells(row.first), *_cells(row.every), "; ".join(row.flags), str(row.reports)]
            for row in given
        ),
    ]


def _cells(line_: Line) -> list[str]:
    p, r = line_.p, line_.discrimination
    values = [p.value, *(p.interval or (None, None)), r.value, *(r.interval or (None, None)), line_.time.value]
    return [str(p.n), *("" if value is None else f"{value:.6g}" for value in values)]

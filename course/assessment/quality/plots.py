"""The positions of a plot's marks, in units of its drawing. The templates draw them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from course.assessment.quality.analysis import ItemRow, ItemStatistics
from course.assessment.quality.judgment import Flag
from course.assessment.quality.statistics import Estimate

LEFT, RIGHT, TOP, BOTTOM = 46, 352, 12, 236  # of the area within the axes, in a drawing of 360 by 280


@dataclass(frozen=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True)
class Dot:
    """An item on the map. `shape` is "fine", "flagged", "negative", or "few" (too few responses to judge)."""

    item_id: str
    statistics: ItemStatistics
    x: float
    y: float
    shape: str


@dataclass(frozen=True)
class ItemMap:
    """Discrimination against p. `left_out` counts the items for which one of the two is not defined."""

    dots: list[Dot]
    across: list[Tick]
    up: list[Tick]
    zero: float
    left_out: int


def item_map(rows: Sequence[ItemRow], *, first: bool) -> ItemMap:
    """Return the map of first attempts or of all. The scale of discrimination goes down to -0.5 or -1."""
    found = []
    for row in rows:
        statistics = row.first if first else row.every
        if statistics.p.value is not None and statistics.discrimination.value is not None:
            found.append((row.item.id, statistics, statistics.p.value, statistics.discrimination.value))
    low = -1.0 if min((discrimination for *_, discrimination in found), default=0) < -0.5 else -0.5
    dots = [
        Dot(id_, statistics, _across(p), _up(discrimination, low), _shape(statistics))
        for id_, statistics, p, discrimination in found
    ]
    steps = [tenth / 2 for tenth in range(int(low * 2), 3)]
    return ItemMap(
        dots,
        [Tick(_across(fifth / 5), f"{fifth / 5:.1f}") for fifth in range(6)],
        [Tick(_up(step, low), f"{step:.1f}".replace("-", "−")) for step in steps],
        _up(0, low),
        len(rows) - len(found),
    )


def _shape(statistics: ItemStatistics) -> str:
    if not statistics.discrimination.judged:
        return "few"
    if Flag.NEGATIVE in statistics.flags:
        return "negative"
    return "flagged" if statistics.flags else "fine"


@dataclass(frozen=True)
class Bar:
    """A fifth of learners. `low` and `high` are the ends of the interval. `y` is None if nobody is in the fifth."""

    x: float
    y: float | None
    low: float | None
    high: float | None
    name: str
    n: int


def characteristic(fifths: Sequence[Estimate]) -> tuple[list[Bar], list[Tick]]:
    """Return an item's mean points by fifths of learners, and the ticks of the vertical axis."""
    width = (RIGHT - LEFT) / len(fifths)
    bars = [
        Bar(
            round(LEFT + width * (number + 0.5), 1),
            None if figure.value is None else _up(figure.value, 0),
            figure.interval and _up(figure.interval[0], 0),
            figure.interval and _up(figure.interval[1], 0),
            FIFTH_NAMES[number],
            figure.n,
        )
        for number, figure in enumerate(fifths)
    ]
    return bars, [Tick(_up(fifth / 5, 0), f"{fifth / 5:.1f}") for fifth in range(6)]


FIFTH_NAMES = ("Lowest", "Second", "Third", "Fourth", "Highest")


def _across(value: float) -> float:
    return round(LEFT + value * (RIGHT - LEFT), 1)


def _up(value: float, low: float) -> float:
    return round(BOTTOM - (value - low) / (1 - low) * (BOTTOM - TOP), 1)

"""Where the marks of a plot stand, in the units of its drawing; the templates draw them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from course.assessment.quality.analysis import Line, Row
from course.assessment.quality.judgment import Flag
from course.assessment.quality.statistics import Figure

LEFT, RIGHT, TOP, BOTTOM = 46, 352, 12, 236  # of the area within the axes; the drawing is 360 wide and 280 high


@dataclass(frozen=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True)
class Dot:
    """An item on the map. The shape says what its color says: fine, flagged, negative, or too few to judge."""

    item_id: str
    line: Line
    x: float
    y: float
    shape: str


@dataclass(frozen=True)
class Map:
    """p against discrimination. `left_out` items have one of the two not defined."""

    dots: list[Dot]
    across: list[Tick]
    up: list[Tick]
    zero: float
    left_out: int


def item_map(rows: Sequence[Row], *, first: bool) -> Map:
    """Of first attempts or all; the scale of discrimination reaches down to what there is."""
    found = []
    for row in rows:
        line = row.first if first else row.every
        if line.p.value is not None and line.discrimination.value is not None:
            found.append((row, line))
    values = [line.discrimination.value or 0 for _, line in found]
    low = -1.0 if min(values, default=0) < -0.5 else -0.5
    dots = [
        Dot(
            row.item.id,
            line,
            _across(line.p.value or 0),
            _up(line.discrimination.value or 0, low),
            "few"
            if not line.discrimination.judged
            else "negative"
            if Flag.NEGATIVE in line.flags
            else "flagged"
            if line.flags
            else "fine",
        )
        for row, line in found
    ]
    steps = [tenth / 2 for tenth in range(int(low * 2), 3)]
    return Map(
        dots,
        [Tick(_across(fifth / 5), f"{fifth / 5:.1f}") for fifth in range(6)],
        [Tick(_up(step, low), f"{step:.1f}".replace("-", "−")) for step in steps],
        _up(0, low),
        len(rows) - len(found),
    )


@dataclass(frozen=True)
class Bar:
    """A fifth of learners; `low` and `high` are the ends of the interval. Nobody in it: no mark."""

    x: float
    y: float | None
    low: float | None
    high: float | None
    name: str
    n: int


def characteristic(fifths: Sequence[Figure]) -> tuple[list[Bar], list[Tick]]:
    """An item's mean points by fifths of learners, and the ticks of the upright axis."""
    width = (RIGHT - LEFT) / len(fifths)
    bars = [
        Bar(
            round(LEFT + width * (number + 0.5), 1),
            None if figure.value is None else _up(figure.value, 0),
            figure.interval and _up(figure.interval[0], 0),
            figure.interval and _up(figure.interval[1], 0),
            FIFTHS[number],
            figure.n,
        )
        for number, figure in enumerate(fifths)
    ]
    return bars, [Tick(_up(fifth / 5, 0), f"{fifth / 5:.1f}") for fifth in range(6)]


FIFTHS = ("Lowest", "Second", "Third", "Fourth", "Highest")


def _across(value: float) -> float:
    return round(LEFT + value * (RIGHT - LEFT), 1)


def _up(value: float, low: float) -> float:
    return round(BOTTOM - (value - low) / (1 - low) * (BOTTOM - TOP), 1)

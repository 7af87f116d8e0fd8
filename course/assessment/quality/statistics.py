"""Counts of submitted attempts -> what they say of items and forms. Pure; classical test theory.

A learner's total is what the attempt reached of what it could, so that forms of different length compare. What is
not defined (nobody answered, everyone the same) is None. Nothing is judged below ENOUGH responses.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from course.assessment.quality import intervals
from course.assessment.quality.intervals import Interval

ENOUGH = 30  # responses, below which nothing is judged
UNUSED = 0.05  # a distractor that fewer choose does not distract
FIFTHS = 5
ROUNDING = 1e-20  # a variance of shares that is smaller than that is none


@dataclass(frozen=True, slots=True)
class Sitting:
    """So many attempts reached this total, in points, of `scored` items."""

    total: Fraction
    scored: int
    count: int


@dataclass(slots=True)  # not frozen: hundreds of thousands are made for a page
class Response:
    """So many people with this total got these points, 0 to 1, for an item; of some the seconds are known."""

    total: Fraction
    scored: int
    points: Fraction
    count: int
    timed: int = 0
    seconds: int = 0
    seconds_squared: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """So many people with this total chose a label of an item."""

    total: Fraction
    scored: int
    label: str
    count: int


@dataclass(frozen=True)
class Figure:
    """A figure with its 95 % interval and the number of responses that it rests on."""

    value: float | None
    interval: Interval | None
    n: int

    @property
    def judged(self) -> bool:
        return self.value is not None and self.n >= ENOUGH


def difficulty(responses: Sequence[Response]) -> Figure:
    """p, the mean share of an item's points. Right or wrong: Wilson's interval; partial credit: that of a mean."""
    values = _points(responses)
    n = sum(count for _, count in values)
    if not n:
        return Figure(None, None, 0)
    p = float(sum((points * count for points, count in values), Fraction(0)) / n)
    if _right_or_wrong(values):
        return Figure(p, intervals.of_share(p, n), n)
    low_high = intervals.of_mean(p, math.sqrt(_variance(values) or 0), n)
    return Figure(p, low_high and (max(0.0, low_high[0]), min(1.0, low_high[1])), n)


def discrimination(responses: Sequence[Response]) -> Figure:
    """The correlation of an item's points with the share reached in the rest of the form.

    With right or wrong items that is the point-biserial, corrected: the item itself is not in the rest (Henrysson,
    Psychometrika 1963;28:211-8, doi 10.1007/BF02289618).
    """
    rows = [row for row in responses if row.scored > 1]
    numbers = [(float(row.points), float(row.total), row.scored - 1, row.count) for row in rows]
    pairs = [(points, (total - points) / rest, count) for points, total, rest, count in numbers]
    r = _correlation(pairs)
    n = sum(row.count for row in rows)
    return Figure(r, None if r is None else intervals.of_correlation(r, n), n)


def _correlation(pairs: Sequence[tuple[float, float, int]]) -> float | None:
    """Pearson's, of pairs that occur so often; None where a side does not vary by more than rounding does."""
    n = sum(count for _, _, count in pairs)
    if not n:
        return None
    x0 = math.fsum(x * count for x, _, count in pairs) / n
    y0 = math.fsum(y * count for _, y, count in pairs) / n
    xy = math.fsum((x - x0) * (y - y0) * count for x, y, count in pairs)
    xx = math.fsum((x - x0) ** 2 * count for x, _, count in pairs)
    yy = math.fsum((y - y0) ** 2 * count for _, y, count in pairs)
    if min(xx, yy) < ROUNDING * n:
        return None
    return max(-1.0, min(1.0, xy / math.sqrt(xx * yy)))


def time_spent(responses: Sequence[Response]) -> Figure:
    """The mean seconds of those whose time is known."""
    n = sum(row.timed for row in responses)
    if not n:
        return Figure(None, None, 0)
    total, squared = sum(row.seconds for row in responses), sum(row.seconds_squared for row in responses)
    variance = Fraction(n * squared - total**2, n * (n - 1)) if n > 1 else Fraction(0)
    low_high = intervals.of_mean(total / n, math.sqrt(variance), n)
    return Figure(total / n, low_high and (max(0.0, low_high[0]), low_high[1]), n)


Fifths = Mapping[tuple[Fraction, int], int]


def fifths(sittings: Iterable[Sitting]) -> Fifths:
    """Each (total, scored) -> its fifth, 0 the lowest. Equal shares stay together, in the lowest fifth they reach."""
    counts: Counter[Fraction] = Counter()
    totals = set()
    for row in sittings:
        if row.scored:
            counts[row.total / row.scored] += row.count
            totals.add((row.total, row.scored))
    everyone, below, of_share = counts.total(), 0, {}
    for share in sorted(counts):
        of_share[share] = FIFTHS * below // everyone
        below += counts[share]
    return {(total, scored): of_share[total / scored] for total, scored in totals}


def by_fifths(responses: Iterable[Response], fifth_of: Fifths) -> list[Figure]:
    """The mean points of each fifth of learners, the lowest first."""
    rows: list[list[Response]] = [[] for _ in range(FIFTHS)]
    for row in responses:
        rows[fifth_of[row.total, row.scored]].append(row)
    return [difficulty(of_fifth) for of_fifth in rows]


@dataclass(frozen=True)
class Option:
    """How often a label was chosen, by how many of each fifth. `unused`: a distractor that hardly anyone chose."""

    label: str
    keyed: bool
    share: Figure
    fifths: tuple[int, ...]
    unused: bool

    @property
    def count(self) -> int:
        return sum(self.fifths)


def options(
    choices: Iterable[Choice],
    labels: Iterable[str],
    keyed: frozenset[str],
    distractors: frozenset[str],
    n: int,
    fifth_of: Fifths,
) -> list[Option]:
    """What `n` people chose, in the order of `labels`, then what only older wordings offered."""
    counts: dict[str, list[int]] = {label: [0] * FIFTHS for label in labels}
    for row in choices:
        counts.setdefault(row.label, [0] * FIFTHS)[fifth_of[row.total, row.scored]] += row.count
    unused = unused_distractors({label: sum(each) for label, each in counts.items()}, distractors, n)
    return [
        Option(label, label in keyed, _share(sum(each), n), tuple(each), label in unused)
        for label, each in counts.items()
    ]


def unused_distractors(counts: Mapping[str, int], distractors: frozenset[str], n: int) -> frozenset[str]:
    """Those that fewer than UNUSED of `n` people chose; none are named before there are enough people."""
    if n < ENOUGH:
        return frozenset()
    return frozenset(label for label in distractors if counts.get(label, 0) < UNUSED * n)


def _share(count: int, n: int) -> Figure:
    return Figure(count / n if n else None, intervals.of_share(count / n, n) if n else None, n)


@dataclass(frozen=True)
class Reliability:
    """Of forms with `items` items that count. `error` is the standard error of measurement, in points."""

    items: int
    attempts: int
    others: int  # attempts at forms of another length, which are left out
    mean: float
    deviation: float | None
    alpha: Figure
    error: Figure
    right_or_wrong: bool

    @property
    def name(self) -> str:
        return "KR-20" if self.right_or_wrong else "Coefficient alpha"


def reliability(sittings: Sequence[Sitting], responses: Mapping[str, Sequence[Response]]) -> Reliability | None:
    """Of the most frequent length of a form; None where nobody has sat.

    Alpha is k / (k - 1) * (1 - k * mean item variance / variance of the totals). Forms are drawn, so an item's variance
    weighs by how often it was on a form; where all have the same items that is the textbook's sum of variances.
    The interval of the error is that of alpha, with the spread of the totals taken as it is.
    """
    lengths: Counter[int] = Counter()
    for row in sittings:
        lengths[row.scored] += row.count
    if not lengths:
        return None
    items = max(lengths, key=lambda length: (lengths[length], length))
    ours = [row for row in sittings if row.scored == items]
    n = lengths[items]
    on_form = [_points(row for row in rows if row.scored == items) for rows in responses.values()]
    variance = _variance([(row.total, row.count) for row in ours])
    alpha = _alpha(items, variance, on_form)
    interval = None if alpha is None else intervals.of_alpha(alpha, items, n)
    deviation = None if variance is None else math.sqrt(variance)
    return Reliability(
        items=items,
        attempts=n,
        others=lengths.total() - n,
        mean=float(sum((row.total * row.count for row in ours), Fraction(0)) / n),
        deviation=deviation,
        alpha=Figure(alpha, interval, n),
        error=_error(deviation, alpha, interval, n),
        right_or_wrong=all(map(_right_or_wrong, on_form)),
    )


def _alpha(items: int, of_totals: Fraction | None, of_items: Sequence[Sequence[tuple[Fraction, int]]]) -> float | None:
    if items < 2 or not of_totals:
        return None
    weighed, weight = Fraction(0), 0
    for values in of_items:
        variance = _variance(values)
        if variance is not None:
            n = sum(count for _, count in values)
            weighed, weight = weighed + n * variance, weight + n
    if not weighed:
        return None
    return float(Fraction(items, items - 1) * (1 - items * weighed / weight / of_totals))


def _error(deviation: float | None, alpha: float | None, interval: Interval | None, n: int) -> Figure:
    if deviation is None or alpha is None:
        return Figure(None, None, n)
    low_high = interval and (deviation * math.sqrt(1 - interval[1]), deviation * math.sqrt(1 - interval[0]))
    return Figure(deviation * math.sqrt(1 - alpha), low_high, n)


def _points(responses: Iterable[Response]) -> list[tuple[Fraction, int]]:
    """The points that there are, each with its count."""
    counts: defaultdict[tuple[int, int], int] = defaultdict(int)
    for row in responses:
        counts[row.points.numerator, row.points.denominator] += row.count
    return [(Fraction(*points), count) for points, count in counts.items()]


def _variance(values: Sequence[tuple[Fraction, int]]) -> Fraction | None:
    """Of a sample of values that occur so often, by n - 1; exact."""
    n = sum(count for _, count in values)
    if n < 2:
        return None
    total = sum((value * count for value, count in values), Fraction(0))
    squared = sum((value**2 * count for value, count in values), Fraction(0))
    return (n * squared - total**2) / (n * (n - 1))


def _right_or_wrong(values: Iterable[tuple[Fraction, int]]) -> bool:
    return all(points in (0, 1) for points, _ in values)

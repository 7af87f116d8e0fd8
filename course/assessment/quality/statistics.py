"""Statistics of items and forms from counts of submitted attempts, by classical test theory. Pure.

A learner's total is compared as a share of the items that count, because forms differ in length. A statistic that is
not defined (no answers, or all the same) is None. Nothing is judged below MIN_RESPONSES responses.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from course.assessment.quality import intervals
from course.assessment.quality.intervals import Interval

MIN_RESPONSES = 30
MIN_DISTRACTOR_SHARE = 0.05  # of learners; a distractor that fewer choose does not distract
FIFTH_COUNT = 5
MIN_VARIANCE = 1e-20  # a smaller variance is a rounding error


@dataclass(frozen=True, slots=True)
class TotalCount:
    """How many attempts earned this total, in points, over `scored` items that count."""

    total: Fraction
    scored: int
    count: int


@dataclass(slots=True)  # not frozen, since a page makes hundreds of thousands of them
class ResponseCount:
    """How many people with this total earned these points, 0 to 1, for an item. `timed` of them have a known time."""

    total: Fraction
    scored: int
    points: Fraction
    count: int
    timed: int = 0
    seconds: int = 0
    seconds_squared: int = 0


@dataclass(frozen=True, slots=True)
class ChoiceCount:
    """How many people with this total chose a label of an item."""

    total: Fraction
    scored: int
    label: str
    count: int


@dataclass(frozen=True)
class Estimate:
    """A statistic with its 95% confidence interval and the number of responses that it is computed from."""

    value: float | None
    interval: Interval | None
    n: int

    @property
    def judged(self) -> bool:
        return self.value is not None and self.n >= MIN_RESPONSES


def difficulty(responses: Sequence[ResponseCount]) -> Estimate:
    """Return p, the mean of an item's points, with Wilson's interval or, for partial credit, the interval of a mean."""
    values = _points(responses)
    n = sum(count for _, count in values)
    if not n:
        return Estimate(None, None, 0)
    p = float(sum((points * count for points, count in values), Fraction(0)) / n)
    if _right_or_wrong(values):
        return Estimate(p, intervals.of_share(p, n), n)
    low_high = intervals.of_mean(p, math.sqrt(_variance(values) or 0), n)
    return Estimate(p, low_high and (max(0.0, low_high[0]), min(1.0, low_high[1])), n)


def discrimination(responses: Sequence[ResponseCount]) -> Estimate:
    """Return the correlation of an item's points with the share earned in the rest of the form.

    For items scored as correct or incorrect this is the corrected point-biserial correlation: the rest excludes the
    item itself (Henrysson, Psychometrika 1963;28:211-8, doi 10.1007/BF02289618).
    """
    rows = [row for row in responses if row.scored > 1]
    numbers = [(float(row.points), float(row.total), row.scored - 1, row.count) for row in rows]
    pairs = [(points, (total - points) / rest, count) for points, total, rest, count in numbers]
    r = _correlation(pairs)
    n = sum(row.count for row in rows)
    return Estimate(r, None if r is None else intervals.of_correlation(r, n), n)


def _correlation(pairs: Sequence[tuple[float, float, int]]) -> float | None:
    """Return Pearson's correlation of (x, y, count), or None if a side varies by no more than rounding errors."""
    n = sum(count for _, _, count in pairs)
    if not n:
        return None
    x0 = math.fsum(x * count for x, _, count in pairs) / n
    y0 = math.fsum(y * count for _, y, count in pairs) / n
    xy = math.fsum((x - x0) * (y - y0) * count for x, y, count in pairs)
    xx = math.fsum((x - x0) ** 2 * count for x, _, count in pairs)
    yy = math.fsum((y - y0) ** 2 * count for _, y, count in pairs)
    if min(xx, yy) < MIN_VARIANCE * n:
        return None
    return max(-1.0, min(1.0, xy / math.sqrt(xx * yy)))


def time_spent(responses: Sequence[ResponseCount]) -> Estimate:
    """Return the mean seconds on an item, over the responses whose time is known."""
    n = sum(row.timed for row in responses)
    if not n:
        return Estimate(None, None, 0)
    total, squared = sum(row.seconds for row in responses), sum(row.seconds_squared for row in responses)
    variance = Fraction(n * squared - total**2, n * (n - 1)) if n > 1 else Fraction(0)
    low_high = intervals.of_mean(total / n, math.sqrt(variance), n)
    return Estimate(total / n, low_high and (max(0.0, low_high[0]), low_high[1]), n)


Fifths = Mapping[tuple[Fraction, int], int]


def fifths(total_counts: Iterable[TotalCount]) -> Fifths:
    """Return the fifth of each (total, scored), from 0. Equal shares all go to the lowest fifth that they reach."""
    counts: Counter[Fraction] = Counter()
    totals = set()
    for row in total_counts:
        if row.scored:
            counts[row.total / row.scored] += row.count
            totals.add((row.total, row.scored))
    everyone, below, of_share = counts.total(), 0, {}
    for share in sorted(counts):
        of_share[share] = FIFTH_COUNT * below // everyone
        below += counts[share]
    return {(total, scored): of_share[total / scored] for total, scored in totals}


def by_fifths(responses: Iterable[ResponseCount], fifth_of: Fifths) -> list[Estimate]:
    """Return the mean points of each fifth of learners, the lowest first."""
    rows: list[list[ResponseCount]] = [[] for _ in range(FIFTH_COUNT)]
    for row in responses:
        rows[fifth_of[row.total, row.scored]].append(row)
    return [difficulty(of_fifth) for of_fifth in rows]


@dataclass(frozen=True)
class OptionStatistics:
    """How many learners of each fifth chose a label. `unused`: it is a distractor that hardly anyone chose."""

    label: str
    keyed: bool
    share: Estimate
    fifths: tuple[int, ...]
    unused: bool

    @property
    def count(self) -> int:
        return sum(self.fifths)


def options(
    choices: Iterable[ChoiceCount],
    labels: Iterable[str],
    keyed: frozenset[str],
    distractors: frozenset[str],
    n: int,
    fifth_of: Fifths,
) -> list[OptionStatistics]:
    """Return the choices of `n` people in the order of `labels`, followed by labels of older wordings."""
    counts: dict[str, list[int]] = {label: [0] * FIFTH_COUNT for label in labels}
    for row in choices:
        counts.setdefault(row.label, [0] * FIFTH_COUNT)[fifth_of[row.total, row.scored]] += row.count
    unused = unused_distractors({label: sum(each) for label, each in counts.items()}, distractors, n)
    return [
        OptionStatistics(label, label in keyed, _share(sum(each), n), tuple(each), label in unused)
        for label, each in counts.items()
    ]


def unused_distractors(counts: Mapping[str, int], distractors: frozenset[str], n: int) -> frozenset[str]:
    """Return the distractors that fewer than MIN_DISTRACTOR_SHARE chose, or none below MIN_RESPONSES people."""
    if n < MIN_RESPONSES:
        return frozenset()
    return frozenset(label for label in distractors if counts.get(label, 0) < MIN_DISTRACTOR_SHARE * n)


def _share(count: int, n: int) -> Estimate:
    return Estimate(count / n if n else None, intervals.of_share(count / n, n) if n else None, n)


@dataclass(frozen=True)
class Reliability:
    """The reliability of forms with `items` items that count. `error`: standard error of measurement, in points."""

    items: int
    attempts: int
    others: int  # attempts at forms of other lengths, which are left out
    mean: float
    deviation: float | None
    alpha: Estimate
    error: Estimate
    right_or_wrong: bool

    @property
    def name(self) -> str:
        return "KR-20" if self.right_or_wrong else "Coefficient alpha"


def reliability(
    total_counts: Sequence[TotalCount], responses: Mapping[str, Sequence[ResponseCount]]
) -> Reliability | None:
    """Return the reliability of the most frequent length of a form, or None without attempts.

    Alpha is k / (k - 1) * (1 - k * mean item variance / variance of the totals). Forms differ in their items, so an
    item's variance is weighted by how often it was on a form. If all forms have the same items, this is the usual sum
    of variances. The interval of the error follows from that of alpha, with the deviation of the totals taken as known.
    """
    lengths: Counter[int] = Counter()
    for row in total_counts:
        lengths[row.scored] += row.count
    if not lengths:
        return None
    items = max(lengths, key=lambda length: (lengths[length], length))
    own = [row for row in total_counts if row.scored == items]
    n = lengths[items]
    on_form = [_points(row for row in rows if row.scored == items) for rows in responses.values()]
    variance = _variance([(row.total, row.count) for row in own])
    alpha = _alpha(items, variance, on_form)
    interval = None if alpha is None else intervals.of_alpha(alpha, items, n)
    deviation = None if variance is None else math.sqrt(variance)
    return Reliability(
        items=items,
        attempts=n,
        others=lengths.total() - n,
        mean=float(sum((row.total * row.count for row in own), Fraction(0)) / n),
        deviation=deviation,
        alpha=Estimate(alpha, interval, n),
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


def _error(deviation: float | None, alpha: float | None, interval: Interval | None, n: int) -> Estimate:
    if deviation is None or alpha is None:
        return Estimate(None, None, n)
    low_high = interval and (deviation * math.sqrt(1 - interval[1]), deviation * math.sqrt(1 - interval[0]))
    return Estimate(deviation * math.sqrt(1 - alpha), low_high, n)


def _points(responses: Iterable[ResponseCount]) -> list[tuple[Fraction, int]]:
    """Return each number of points with its count."""
    counts: defaultdict[tuple[int, int], int] = defaultdict(int)
    for row in responses:
        counts[row.points.numerator, row.points.denominator] += row.count
    return [(Fraction(*points), count) for points, count in counts.items()]


def _variance(values: Sequence[tuple[Fraction, int]]) -> Fraction | None:
    """Return the exact sample variance, with n - 1, of values with their counts."""
    n = sum(count for _, count in values)
    if n < 2:
        return None
    total = sum((value * count for value, count in values), Fraction(0))
    squared = sum((value**2 * count for value, count in values), Fraction(0))
    return (n * squared - total**2) / (n * (n - 1))


def _right_or_wrong(values: Iterable[tuple[Fraction, int]]) -> bool:
    return all(points in (0, 1) for points, _ in values)

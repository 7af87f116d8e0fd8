"""Standard setting by a modified Angoff: a pass mark from ratings of items. Pure.

Each rater estimates for each item how many of 100 barely competent therapists answer it correctly. The suggested
pass mark is the expected score of such a therapist on a form that is assembled by the blueprint. There are two rounds,
and in the second the raters see each other's ratings: Shulruf et al., BMC Med Educ 2016;16:134, doi
10.1186/s12909-016-0656-7.
"""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from course.content.form_assembly import Candidate, fits
from course.content.schema.blueprint import Cell

MAX_DISTANCE = 15  # points; raters should discuss a rating that is further from the item's mean


@dataclass(frozen=True)
class ItemRating:
    """One rater's rating of an item, 0 to 100."""

    item_id: str
    rater: int
    rating: int


@dataclass(frozen=True)
class ItemStandard:
    """The ratings of an item. `deviation` needs two raters. `far_apart`: a rating is far from the mean."""

    mean: float
    deviation: float | None
    low: int
    high: int
    raters: int
    far_apart: bool


@dataclass(frozen=True)
class RaterMark:
    """The pass mark by one rater's ratings alone, in percent, and the number of items rated."""

    mark: float
    items: int


@dataclass(frozen=True)
class Standard:
    """The suggested pass mark in percent with its standard error over raters. `unrated` are lines of the blueprint."""

    suggested: float | None
    error: float | None
    items: Mapping[str, ItemStandard]
    raters: Mapping[int, RaterMark]
    unrated: tuple[Cell, ...]


def standard(blueprint: Sequence[Cell], supply: Sequence[Candidate], ratings: Iterable[ItemRating]) -> Standard:
    """Return the pass mark that the ratings suggest. Ratings of items outside the supply don't count."""
    by_item: dict[str, dict[int, int]] = {candidate.item.id: {} for candidate in supply}
    for rated in ratings:
        if rated.item_id in by_item:
            by_item[rated.item_id][rated.rater] = rated.rating
    by_item = {id_: given for id_, given in by_item.items() if given}
    usable = [candidate for candidate in supply if candidate.item.id in by_item]
    weight = weights(blueprint, usable)
    items = {id_: _item(list(given.values())) for id_, given in by_item.items()}
    everyone = sorted({rater for given in by_item.values() for rater in given})
    marks = {
        rater: _mark({id_: given[rater] for id_, given in by_item.items() if rater in given}, weight)
        for rater in everyone
    }
    means = {id_: Fraction(sum(given.values()), len(given)) for id_, given in by_item.items()}
    return Standard(
        suggested=_weighted(means, weight),
        error=_error([mark.mark for mark in marks.values() if mark]),
        items=items,
        raters={rater: mark for rater, mark in marks.items() if mark},
        unrated=tuple(cell for cell in blueprint if not any(fits(cell, candidate) for candidate in usable)),
    )


def by_others(ratings: Iterable[ItemRating], rater: int) -> dict[str, ItemStandard]:
    """Return the ratings of each item by everyone except this rater."""
    found: dict[str, list[int]] = {}
    for rated in ratings:
        if rated.rater != rater:
            found.setdefault(rated.item_id, []).append(rated.rating)
    return {id_: _item(given) for id_, given in found.items()}


def weights(blueprint: Sequence[Cell], supply: Sequence[Candidate]) -> dict[str, Fraction]:
    """Return about how often each item is on a form. Must-pass items always are; the others share the rest of a line.

    An item that fits several lines counts for each of them in equal parts.
    """
    part = {one.item.id: Fraction(1, max(1, sum(fits(cell, one) for cell in blueprint))) for one in supply}
    found: dict[str, Fraction] = {candidate.item.id: Fraction(0) for candidate in supply}
    for cell in blueprint:
        fitting = [candidate.item for candidate in supply if fits(cell, candidate)]
        must = {item.id: part[item.id] for item in fitting if item.must_pass}
        rest = {item.id: part[item.id] for item in fitting if not item.must_pass}
        first = sum(must.values(), Fraction(0))
        if not rest or first > cell.items:
            rest, must = {}, _scaled(must, cell.items)
        for id_, share in (must | _scaled(rest, cell.items - first)).items():
            found[id_] += share
    return found


def _scaled(parts: Mapping[str, Fraction], to: Fraction | int) -> dict[str, Fraction]:
    whole = sum(parts.values(), Fraction(0))
    return {id_: part * to / whole for id_, part in parts.items()}


def _item(ratings: Sequence[int]) -> ItemStandard:
    mean = Fraction(sum(ratings), len(ratings))
    return ItemStandard(
        float(mean),
        statistics.stdev(ratings) if len(ratings) > 1 else None,
        min(ratings),
        max(ratings),
        len(ratings),
        any(abs(rating - mean) > MAX_DISTANCE for rating in ratings),
    )


def _mark(ratings: Mapping[str, int], weight: Mapping[str, Fraction]) -> RaterMark | None:
    mark = _weighted({id_: Fraction(rating) for id_, rating in ratings.items()}, weight)
    return None if mark is None else RaterMark(mark, len(ratings))


def _weighted(values: Mapping[str, Fraction], weight: Mapping[str, Fraction]) -> float | None:
    whole = sum((weight[id_] for id_ in values), Fraction(0))
    return float(sum((value * weight[id_] for id_, value in values.items()), Fraction(0)) / whole) if whole else None


def _error(marks: Sequence[float]) -> float | None:
    return statistics.stdev(marks) / math.sqrt(len(marks)) if len(marks) > 1 else None

"""A submitted paper -> the counts that item statistics are made of. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from course.assessment.attempts.scoring import Place, ruled
from course.content.items.base import Answer

LONGEST = 3600  # seconds: longer is a page that was left open, and says nothing of the item


@dataclass(frozen=True)
class Sat:
    """A submitted attempt with what was answered. `is_first`: the person's first at this assessment."""

    assessment_id: str
    is_first: bool
    total: Fraction
    scored: int
    paper: Sequence[Place]
    answers: Mapping[int, Answer]

    @property
    def key(self) -> dict[str, Any]:
        return {
            "assessment_id": self.assessment_id,
            "is_first": self.is_first,
            "total": self.total,
            "scored": self.scored,
        }


def totals(sat: Sat) -> dict[str, Any]:
    return sat.key | {"count": 1}


def items(sat: Sat) -> Iterator[dict[str, Any]]:
    """A row for each item that counts."""
    for place in sat.paper:
        if place.points is not None:
            timed = 0 < (place.seconds or 0) <= LONGEST
            seconds = (place.seconds or 0) if timed else 0
            yield sat.key | {
                "item_id": place.item.id,
                "points": place.points,
                "count": 1,
                "timed": int(timed),
                "seconds": seconds,
                "seconds_squared": seconds**2,
            }


def options(sat: Sat) -> Iterator[dict[str, Any]]:
    """A row for each label that was chosen; what is right to choose is as a re-scoring may have ruled."""
    for place in sat.paper:
        if place.points is not None:
            answer = sat.answers.get(place.position)
            best = max(ruled(place.item, place.ruling), key=lambda item: item.score(answer))
            for label in best.chosen(answer):
                yield sat.key | {"item_id": place.item.id, "label": label, "count": 1}


def merged(rows: Iterable[dict[str, Any]], keys: Sequence[str], sums: Sequence[str]) -> list[dict[str, Any]]:
    """One row for each key, with the `sums` of all rows that have it, in the order of the keys."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in rows:
        known = found.setdefault(tuple(str(row[key]) for key in keys), row)
        if known is not row:
            known.update({name: known[name] + row[name] for name in sums})
    return [found[key] for key in sorted(found)]

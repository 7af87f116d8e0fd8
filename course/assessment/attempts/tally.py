"""The counts that item statistics are made of, from submitted attempts. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from course.assessment.attempts.scoring import PlacedItem, ruled
from course.content.items.base import Answer

MAX_ITEM_SECONDS = 3600  # a longer time is a page that was left open, and says nothing about the item


@dataclass(frozen=True)
class SubmittedAttempt:
    """A submitted attempt with its answers, by position. `is_first`: the person's first attempt at the assessment."""

    assessment_id: str
    is_first: bool
    total: Fraction
    scored: int
    items: Sequence[PlacedItem]
    answers: Mapping[int, Answer]

    @property
    def key(self) -> dict[str, Any]:
        return {
            "assessment_id": self.assessment_id,
            "is_first": self.is_first,
            "total": self.total,
            "scored": self.scored,
        }


def totals(attempt: SubmittedAttempt) -> dict[str, Any]:
    return attempt.key | {"count": 1}


def items(attempt: SubmittedAttempt) -> Iterator[dict[str, Any]]:
    """Yield a row for each item that counts."""
    for place in attempt.items:
        if place.points is not None:
            timed = 0 < (place.seconds or 0) <= MAX_ITEM_SECONDS
            seconds = (place.seconds or 0) if timed else 0
            yield attempt.key | {
                "item_id": place.item.id,
                "points": place.points,
                "count": 1,
                "timed": int(timed),
                "seconds": seconds,
                "seconds_squared": seconds**2,
            }


def options(attempt: SubmittedAttempt) -> Iterator[dict[str, Any]]:
    """Yield a row for each label that was chosen, by the key that a rescoring may have corrected."""
    for place in attempt.items:
        if place.points is not None:
            answer = attempt.answers.get(place.position)
            best = max(ruled(place.item, place.ruling), key=lambda item: item.score(answer))
            for label in best.chosen(answer):
                yield attempt.key | {"item_id": place.item.id, "label": label, "count": 1}


def merged(rows: Iterable[dict[str, Any]], keys: Sequence[str], sums: Sequence[str]) -> list[dict[str, Any]]:
    """Return one row for each key, in the order of the keys, in which the `sums` of its rows are added up."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in rows:
        known = found.setdefault(tuple(str(row[key]) for key in keys), row)
        if known is not row:
            known.update({name: known[name] + row[name] for name in sums})
    return [found[key] for key in sorted(found)]

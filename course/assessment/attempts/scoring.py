"""A paper and its answers -> a score. Fractions, never floats, where a pass depends on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from course.assessment.attempts.wording import Wording, worded
from course.content.items.base import Answer, Item
from course.content.schema.module import Module

Ruling = Mapping[str, Any]  # {"decision": "drop"}, or "new-key" or "accept-both" with the `key` that was corrected


@dataclass(frozen=True)
class Place:
    """An item as it stands on a paper. `points` and `seconds` are known once it was submitted."""

    position: int
    wording: Wording
    order: tuple[str, ...]
    digest: str
    flagged: bool = False
    ruling: Ruling | None = None
    points: Fraction | None = None
    seconds: int | None = None

    @property
    def item(self) -> Item:
        return self.wording.item

    @property
    def dropped(self) -> bool:
        return self.ruling is not None and self.ruling["decision"] == "drop"

    @property
    def as_ruled(self) -> "Place":
        """The place as it is shown once scored: with the corrected key where a re-scoring gave it one."""
        keyed = ruled(self.item, self.ruling) or (self.item,)
        return replace(self, wording=replace(self.wording, item=keyed[-1]))


def place_of(item: Item, module: Module, seed: str, position: int = 1) -> Place:
    """The item as it is asked outside of an attempt; the seed decides on the values of its parameters and the order."""
    asked = item.instance(f"{seed}/{item.id}")
    return Place(position, worded(asked, module), asked.order(f"{seed}/{item.id}"), asked.digest)


@dataclass(frozen=True)
class Score:
    """Points reached and items that count; `missed` are the positions of must-pass items that were not wholly right."""

    points: Fraction
    scored: int
    missed: tuple[int, ...] = ()

    def passes(self, pass_mark: int) -> bool:
        """`pass_mark` in per cent; one missed must-pass item fails, whatever the score."""
        return self.scored > 0 and not self.missed and self.points * 100 >= pass_mark * self.scored


def points_of(place: Place, answer: Answer) -> Fraction | None:
    """What the answer earns, as a re-scoring may have ruled; None where the item doesn't count."""
    keyed = ruled(place.item, place.ruling)
    return max(item.score(answer) for item in keyed) if keyed else None


def ruled(item: Item, ruling: Ruling | None) -> tuple[Item, ...]:
    """The item with each key that is accepted; none where it was dropped."""
    if ruling is None:
        return (item,)
    if ruling["decision"] == "drop":
        return ()
    corrected = type(item).model_validate(item.model_dump() | ruling["key"])
    return (item, corrected) if ruling["decision"] == "accept-both" else (corrected,)


def points(paper: Sequence[Place], answers: Mapping[int, Answer]) -> dict[int, Fraction | None]:
    """By position; an item without an answer earns nothing."""
    return {place.position: points_of(place, answers.get(place.position)) for place in paper}


def score(paper: Sequence[Place], earned: Mapping[int, Fraction | None]) -> Score:
    counted = {position: value for position, value in earned.items() if value is not None}
    missed = tuple(p.position for p in paper if p.item.must_pass and counted.get(p.position, 1) < 1)
    ours = [counted[place.position] for place in paper if place.position in counted]
    return Score(sum(ours, Fraction(0)), len(ours), missed)


def by_objective(paper: Sequence[Place], earned: Mapping[int, Fraction | None]) -> dict[str, Score]:
    """The same score, split by the objectives' texts, in the order of the paper."""
    names = dict.fromkeys(place.wording.objective for place in paper)
    return {name: score([place for place in paper if place.wording.objective == name], earned) for name in names}


def in_words(points: Fraction) -> str:
    """Points as people read them: 17, 17.5, 17.33."""
    return f"{float(points):.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Pass:
    """The attempt that first passed an assessment: its address, its score, when, and the banks' hash."""

    code: str
    points: Fraction
    scored: int
    at: datetime
    content_hash: str

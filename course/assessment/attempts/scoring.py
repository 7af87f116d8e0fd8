"""The score of an attempt from its items and answers, in fractions: no float decides whether a person passes. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from course.assessment.attempts.wording import Wording, worded
from course.content.items.base import Answer, Item
from course.content.schema.module import Module

# What a rescoring decided: {"decision": "drop"}, or "new-key" or "accept-both" with the corrected "key".
Ruling = Mapping[str, Any]


@dataclass(frozen=True)
class PlacedItem:
    """An item at its position on an attempt's form. `points` and `seconds` are set when the attempt is submitted."""

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
    def as_ruled(self) -> "PlacedItem":
        """The item as a result shows it: with the corrected key if a rescoring gave it one."""
        keyed = ruled(self.item, self.ruling) or (self.item,)
        return replace(self, wording=replace(self.wording, item=keyed[-1]))


def place_of(item: Item, module: Module, seed: str, position: int = 1) -> PlacedItem:
    """Return the item as it is asked outside of an attempt. The seed decides its parameters and the options' order."""
    asked = item.instance(f"{seed}/{item.id}")
    return PlacedItem(position, worded(asked, module), asked.order(f"{seed}/{item.id}"), asked.digest)


@dataclass(frozen=True)
class Score:
    """The points earned and the number of items that count. `missed`: must-pass items that are not fully correct."""

    points: Fraction
    scored: int
    missed: tuple[int, ...] = ()

    def passes(self, pass_mark: int) -> bool:
        """Return whether the score meets the pass mark, in percent. A missed must-pass item fails any score."""
        return self.scored > 0 and not self.missed and self.points * 100 >= pass_mark * self.scored


def points_of(place: PlacedItem, answer: Answer) -> Fraction | None:
    """Return what the answer earns under the item's ruling, if any, or None if the item doesn't count."""
    keyed = ruled(place.item, place.ruling)
    return max(item.score(answer) for item in keyed) if keyed else None


def ruled(item: Item, ruling: Ruling | None) -> tuple[Item, ...]:
    """Return the item with each key that is accepted: nothing if it was dropped."""
    if ruling is None:
        return (item,)
    if ruling["decision"] == "drop":
        return ()
    corrected = type(item).model_validate(item.model_dump() | ruling["key"])
    return (item, corrected) if ruling["decision"] == "accept-both" else (corrected,)


def points(items: Sequence[PlacedItem], answers: Mapping[int, Answer]) -> dict[int, Fraction | None]:
    """Return the points by position. An item without an answer earns 0; one that doesn't count has None."""
    return {place.position: points_of(place, answers.get(place.position)) for place in items}


def score(items: Sequence[PlacedItem], earned: Mapping[int, Fraction | None]) -> Score:
    """Return the score of these items. `earned` has points by position, and may have those of other items."""
    counted = {position: value for position, value in earned.items() if value is not None}
    missed = tuple(p.position for p in items if p.item.must_pass and counted.get(p.position, 1) < 1)
    own = [counted[place.position] for place in items if place.position in counted]
    return Score(sum(own, Fraction(0)), len(own), missed)


def by_objective(items: Sequence[PlacedItem], earned: Mapping[int, Fraction | None]) -> dict[str, Score]:
    """Return the score of each objective, by its text, in the order of the form."""
    names = dict.fromkeys(place.wording.objective for place in items)
    return {name: score([place for place in items if place.wording.objective == name], earned) for name in names}


def in_words(points: Fraction) -> str:
    """Return points as people write them: 17, 17.5, 17.33."""
    return f"{float(points):.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Pass:
    """A passed attempt: its code, its score, when it was submitted, and the hash of the banks."""

    code: str
    points: Fraction
    scored: int
    at: datetime
    content_hash: str

"""Ordering: put steps in order. The score counts the pairs of steps that are in the correct order."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from typing import Literal, Self

from pydantic import Field, model_validator

from course.content.base import Text, digest_of
from course.content.items.base import Answer, Fields, Item, NotAnAnswer
from course.content.seeded import shuffled


class OrderingItem(Item):
    """An ordering item. The bank lists `steps` in the correct order.

    A step's id is a digest of its words: it does not reveal the order, and it stays the same if the bank is corrected.
    An answer is `{id: place}`, counted from 1, without the steps that have no place yet.
    """

    KEY_FIELDS = ("steps",)
    type: Literal["ordering"] = "ordering"
    steps: tuple[Text, ...] = Field(min_length=3, max_length=9)

    @model_validator(mode="after")
    def _steps_differ(self) -> "OrderingItem":
        if len(set(self.steps)) < len(self.steps):
            raise ValueError("two steps are the same; reword one of them")
        return self

    @cached_property
    def by_id(self) -> dict[str, str]:
        """Return the steps by id, in the correct order."""
        return {digest_of(step)[:8]: step for step in self.steps}

    @property
    def solution(self) -> Answer:
        return {id_: place for place, id_ in enumerate(self.by_id, start=1)}

    def order(self, seed: str) -> tuple[str, ...]:
        """Return a shuffled order that is never the correct one.

        Otherwise a learner would have nothing to move, and an untouched item would look like an answer.
        """
        first, *others = shuffled(self.by_id, seed)
        return (*others, first) if [first, *others] == list(self.by_id) else (first, *others)

    def arranged(self, order: Sequence[str], answer: Answer) -> list[str]:
        """Return the steps in page order: first those that have a place in the answer, by place."""
        return sorted(order, key=lambda id_: (answer or {}).get(id_, len(order) + 1))

    def read(self, fields: Fields, name: str, order: Sequence[str]) -> Answer:
        given = {id_: fields.get(f"{name}-{id_}", "") for id_ in order}
        places = {id_: place for id_, place in given.items() if place}
        if not set(places.values()) <= {str(n) for n in range(1, len(self.steps) + 1)}:
            raise NotAnAnswer("Choose one of the places shown.")
        answer = {id_: int(place) for id_, place in places.items()}
        if len(set(places.values())) < len(places):
            raise NotAnAnswer("Two steps have the same place. Give each step a different place.", answer)
        return answer

    def pairs(self, answer: Answer) -> tuple[int, int]:
        """Return the number of pairs of steps in the correct order, and the number of all pairs."""
        places = answer or {}
        pairs = list(combinations(self.by_id, 2))
        return sum(a in places and b in places and places[a] < places[b] for a, b in pairs), len(pairs)

    def score(self, answer: Answer) -> Fraction:
        """Return Kendall's tau, at least 0: twice the share of pairs in the correct order, minus 1.

        In a random order half of the pairs are right, which scores 0. Source: Kendall MG, Biometrika
        30(1/2):81-93, 1938, doi 10.1093/biomet/30.1-2.81.
        """
        right, pairs = self.pairs(answer)
        return max(Fraction(0), 2 * Fraction(right, pairs) - 1)

    def texts(self) -> tuple[str, ...]:
        return self.steps

    def rekeyed(self, corrected: Item) -> Self | None:
        """Return this item with the corrected order, or None if the steps are not the same."""
        whole = super().rekeyed(corrected)
        return whole if whole and set(whole.steps) == set(self.steps) else None

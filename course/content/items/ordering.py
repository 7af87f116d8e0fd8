"""Ordering: steps to be put into their order. Scored by the pairs of steps that stand in the right order."""

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
    """`steps` stand in the bank in their right order.

    A step's id is made of its words, so that neither a page nor a corrected bank says or changes which is which. An
    answer is `{id: place}`, counted from 1, without the steps that have no place yet.
    """

    KEY = ("steps",)
    type: Literal["ordering"] = "ordering"
    steps: tuple[Text, ...] = Field(min_length=3, max_length=9)

    @model_validator(mode="after")
    def _steps_differ(self) -> "OrderingItem":
        if len(set(self.steps)) < len(self.steps):
            raise ValueError("two steps are the same; word each of them differently")
        return self

    @cached_property
    def by_id(self) -> dict[str, str]:
        """The steps in their right order."""
        return {digest_of(step)[:8]: step for step in self.steps}

    @property
    def solution(self) -> Answer:
        return {id_: place for place, id_ in enumerate(self.by_id, start=1)}

    def order(self, seed: str) -> tuple[str, ...]:
        """Never the right one, which nobody could confirm by moving a step."""
        first, *others = shuffled(self.by_id, seed)
        return (*others, first) if [first, *others] == list(self.by_id) else (first, *others)

    def arranged(self, order: Sequence[str], answer: Answer) -> list[str]:
        """The steps as they stand on the page: those with a place in front, by their places."""
        return sorted(order, key=lambda id_: (answer or {}).get(id_, len(order) + 1))

    def read(self, fields: Fields, name: str, order: Sequence[str]) -> Answer:
        given = {id_: fields.get(f"{name}-{id_}", "") for id_ in order}
        places = {id_: place for id_, place in given.items() if place}
        if not set(places.values()) <= {str(n) for n in range(1, len(self.steps) + 1)}:
            raise NotAnAnswer("Choose one of the places shown.")
        answer = {id_: int(place) for id_, place in places.items()}
        if len(set(places.values())) < len(places):
            raise NotAnAnswer("Two steps have the same place. Give each step a place of its own.", answer)
        return answer

    def pairs(self, answer: Answer) -> tuple[int, int]:
        """How many pairs of steps stand in the right order, and how many pairs there are."""
        places = answer or {}
        pairs = list(combinations(self.by_id, 2))
        return sum(a in places and b in places and places[a] < places[b] for a, b in pairs), len(pairs)

    def score(self, answer: Answer) -> Fraction:
        """Twice the share of pairs in the right order, less one, never below nothing: Kendall's tau, cut at 0.

        Of a random order half of the pairs are right, which earns nothing. Source: Kendall MG, Biometrika
        30(1/2):81-93, 1938, doi 10.1093/biomet/30.1-2.81.
        """
        right, pairs = self.pairs(answer)
        return max(Fraction(0), 2 * Fraction(right, pairs) - 1)

    def texts(self) -> tuple[str, ...]:
        return self.steps

    def rekeyed(self, corrected: Item) -> Self | None:
        """Another order is another key only of the same steps."""
        whole = super().rekeyed(corrected)
        return whole if whole and set(whole.steps) == set(self.steps) else None

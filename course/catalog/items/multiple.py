"""Multiple response: all that apply. Its partial credit is a rule that the learner is told."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from pydantic import model_validator

from course.catalog.chance import shuffled
from course.catalog.items import options
from course.catalog.items.base import Answer, Fields, Item


class Multiple(options.Options, Item):
    KEY = ("key",)
    type: Literal["multiple"] = "multiple"

    @model_validator(mode="after")
    def _several_keys(self) -> "Multiple":
        options.require_several_keys(self.key, self.options)
        return self

    @property
    def solution(self) -> Answer:
        return sorted(self.key)

    def order(self, seed: str) -> tuple[str, ...]:
        return tuple(shuffled((option.id for option in self.options), seed))

    def read(self, fields: Fields, name: str, order: Sequence[str]) -> Answer:
        return options.read(fields, name, order)

    def score(self, answer: Answer) -> Fraction:
        """The share of right options that were chosen less the share of wrong ones that were, never below nothing.

        So choosing everything earns as little as choosing nothing.
        """
        chosen, key = set(answer or ()), set(self.key)
        wrong = len(self.options) - len(key)
        return max(Fraction(0), Fraction(len(chosen & key), len(key)) - Fraction(len(chosen - key), wrong))

    def labels(self) -> dict[str, str]:
        return self.by_id | {"open": "No answer"}

    def keyed(self) -> frozenset[str]:
        return frozenset(self.key)

    def chosen(self, answer: Answer) -> tuple[str, ...]:
        return tuple(answer or ()) or ("open",)

    def texts(self) -> tuple[str, ...]:
        return tuple(self.by_id.values())

"""Single best answer: one letter is right."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from pydantic import model_validator

from course.catalog.chance import shuffled
from course.catalog.items import options
from course.catalog.items.base import Answer, Fields, Item, NotAnAnswer


class Single(options.Options, Item):
    KEY = ("key",)
    type: Literal["single"] = "single"

    @model_validator(mode="after")
    def _one_key(self) -> "Single":
        options.require_one_key(self.key)
        return self

    @property
    def solution(self) -> Answer:
        return list(self.key)

    def order(self, seed: str) -> tuple[str, ...]:
        return tuple(shuffled((option.id for option in self.options), seed))

    def read(self, fields: Fields, name: str, order: Sequence[str]) -> Answer:
        given = options.read(fields, name, order)
        if len(given) > 1:
            raise NotAnAnswer("Choose one answer only.")
        return given

    def score(self, answer: Answer) -> Fraction:
        return Fraction(list(answer or ()) == list(self.key))

    def labels(self) -> dict[str, str]:
        return self.by_id | {"open": "No answer"}

    def keyed(self) -> frozenset[str]:
        return frozenset(self.key)

    def chosen(self, answer: Answer) -> tuple[str, ...]:
        return tuple(answer or ()) or ("open",)

    def texts(self) -> tuple[str, ...]:
        return tuple(self.by_id.values())

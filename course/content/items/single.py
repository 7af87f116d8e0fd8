"""Single best answer: one letter is correct."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from pydantic import model_validator

from course.content.items.base import Answer, Fields, NotAnAnswer
from course.content.items.options import ChoiceItem, require_one_key


class SingleItem(ChoiceItem):
    """A single-best-answer item."""

    type: Literal["single"] = "single"

    @model_validator(mode="after")
    def _one_key(self) -> "SingleItem":
        require_one_key(self.key)
        return self

    @property
    def solution(self) -> Answer:
        return list(self.key)

    def read(self, fields: Fields, name: str, order: Sequence[str]) -> list[str]:
        given = super().read(fields, name, order)
        if len(given) > 1:
            raise NotAnAnswer("Choose only one answer.")
        return given

    def score(self, answer: Answer) -> Fraction:
        return Fraction(list(answer or ()) == list(self.key))

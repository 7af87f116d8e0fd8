"""Multiple response: choose all that apply. The page states the rule of partial credit."""

from fractions import Fraction
from typing import Literal

from pydantic import model_validator

from course.content.items.base import Answer
from course.content.items.options import ChoiceItem, require_several_keys


class MultipleItem(ChoiceItem):
    """A multiple-response item."""

    type: Literal["multiple"] = "multiple"

    @model_validator(mode="after")
    def _several_keys(self) -> "MultipleItem":
        require_several_keys(self.key, self.options)
        return self

    @property
    def solution(self) -> Answer:
        return sorted(self.key)

    def score(self, answer: Answer) -> Fraction:
        """Return the share of correct options chosen minus the share of incorrect options chosen, at least 0.

        Choosing every option therefore scores 0, like choosing none.
        """
        chosen, key = set(answer or ()), set(self.key)
        wrong = len(self.options) - len(key)
        return max(Fraction(0), Fraction(len(chosen & key), len(key)) - Fraction(len(chosen - key), wrong))

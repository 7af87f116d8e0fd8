"""Multiple response: all that apply. Its partial credit is a rule that the learner is told."""

from fractions import Fraction
from typing import Literal

from pydantic import model_validator

from course.content.items.base import Answer
from course.content.items.options import ChoiceItem, require_several_keys


class MultipleItem(ChoiceItem):
    type: Literal["multiple"] = "multiple"

    @model_validator(mode="after")
    def _several_keys(self) -> "MultipleItem":
        require_several_keys(self.key, self.options)
        return self

    @property
    def solution(self) -> Answer:
        return sorted(self.key)

    def score(self, answer: Answer) -> Fraction:
        """The share of right options that were chosen less the share of wrong ones that were, never below nothing.

        So choosing everything earns as little as choosing nothing.
        """
        chosen, key = set(answer or ()), set(self.key)
        wrong = len(self.options) - len(key)
        return max(Fraction(0), Fraction(len(chosen & key), len(key)) - Fraction(len(chosen - key), wrong))

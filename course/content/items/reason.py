"""True or false with a reason: judge a statement and choose the reason. Both must be correct."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import Literal

from pydantic import model_validator

from course.content.items.base import Answer, Fields, Item, NotAnAnswer
from course.content.items.options import Lettered, require_options
from course.content.seeded import shuffled

VERDICTS = {"": None, "true": True, "false": False}


class ReasonItem(Item):
    """A true-or-false item with reasons. The stem is the statement; `reason` is the letter of the correct reason.

    An answer is `{"verdict": true, "reason": "b"}`, with null for a part that has not been chosen.
    """

    KEY_FIELDS = ("key", "reason")
    type: Literal["reason"] = "reason"
    key: bool
    reasons: Lettered
    reason: str

    @model_validator(mode="after")
    def _reason_exists(self) -> "ReasonItem":
        require_options([self.reason], self.reasons)
        return self

    @cached_property
    def by_id(self) -> dict[str, str]:
        """Return the reasons by letter."""
        return {reason.id: reason.text for reason in self.reasons}

    @property
    def solution(self) -> Answer:
        return {"verdict": self.key, "reason": self.reason}

    def order(self, seed: str) -> tuple[str, ...]:
        return tuple(shuffled(self.by_id, seed))

    def read(self, fields: Fields, name: str, order: Sequence[str]) -> Answer:
        verdict, reason = fields.get(f"{name}-verdict", ""), fields.get(f"{name}-reason", "")
        if verdict not in VERDICTS or reason not in ("", *order):
            raise NotAnAnswer("Choose one of the answers shown.")
        return {"verdict": VERDICTS[verdict], "reason": reason or None} if verdict or reason else None

    def score(self, answer: Answer) -> Fraction:
        """Return 1 or 0. A correct verdict with a incorrect reason is a guess and scores 0."""
        return Fraction(answer == self.solution)

    def labels(self) -> dict[str, str]:
        return {"true": "True", "false": "False"} | self.by_id | {"open": "No answer"}

    def keyed(self) -> frozenset[str]:
        return frozenset({str(self.key).lower(), self.reason})

    def chosen(self, answer: Answer) -> tuple[str, ...]:
        if not answer:
            return ("open",)
        return tuple(str(value).lower() for value in answer.values() if value is not None)

    def texts(self) -> tuple[str, ...]:
        return tuple(self.by_id.values())

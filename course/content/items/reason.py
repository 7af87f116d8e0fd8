"""True or false, and why: a statement to judge, and the reason for it to choose. Right only with both."""

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
    """The stem is the statement, `key` whether it is true, `reason` the letter of the reason that holds.

    An answer is `{"verdict": true, "reason": "b"}`; what was not chosen yet is null.
    """

    KEY = ("key", "reason")
    type: Literal["reason"] = "reason"
    key: bool
    reasons: Lettered
    reason: str

    @model_validator(mode="after")
    def _reason_is_there(self) -> "ReasonItem":
        require_options([self.reason], self.reasons)
        return self

    @cached_property
    def by_id(self) -> dict[str, str]:
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
        """All or nothing: a right verdict for a wrong reason is a guess."""
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

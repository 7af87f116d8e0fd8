"""An assessment: a quiz or final that counts toward a course."""

from typing import Any, Literal

from pydantic import Field, model_validator

from course.content.base import Content, Id, Text
from course.content.schema.blueprint import Blueprint

Shown = Literal["each", "end", "never"]


class Feedback(Content):
    """What a learner sees of a submitted attempt, and when.

    `each`: after every attempt. `end`: once the assessment is passed or no attempt is left. `never`: not at all.
    """

    score: Shown = "each"
    objectives: Shown = "each"
    answers: Shown = "each"
    rationales: Shown = "each"


class Assessment(Content):
    """A quiz over one bank, or a test over several banks with its own blueprint.

    `pass_mark` is in percent. `wait_hours` apply from the second failure on. `minutes` is the time limit; an answer
    that was sent in time and arrives within `grace_seconds` after it still counts. `reread`: the sections of missed
    items must be read again before a retake. `after`: assessments that must be passed first. `practice`: the items may
    be practiced.
    """

    id: Id
    title: Text | None = None
    banks: tuple[Id, ...] = Field(min_length=1)
    blueprint: Blueprint | None = None
    pass_mark: int = Field(ge=1, le=100)
    attempts: int = Field(ge=1)
    wait_hours: int = Field(ge=0)
    minutes: int | None = Field(default=None, ge=1, le=600)
    grace_seconds: int = Field(default=30, ge=0, le=600)
    reread: bool = False
    after: tuple[Id, ...] = ()
    practice: bool = True
    feedback: Feedback = Feedback()

    @model_validator(mode="before")
    @classmethod
    def _accept_bank(cls, given: Any) -> Any:
        """Accept `bank: id` for `banks: [id]`."""
        if isinstance(given, dict) and "bank" in given and "banks" not in given:
            return {name: value for name, value in given.items() if name != "bank"} | {"banks": [given["bank"]]}
        return given

    @model_validator(mode="after")
    def _has_blueprint_and_title(self) -> "Assessment":
        if len(self.banks) > 1 and self.blueprint is None:
            raise ValueError("an assessment over several banks needs its own `blueprint`")
        if len(self.banks) > 1 and self.title is None:
            raise ValueError("an assessment over several banks needs a `title`")
        return self

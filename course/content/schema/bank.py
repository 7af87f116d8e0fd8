"""An item bank, and the patterns from which items about states are made."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field, model_validator

from course.content.base import Content, Id, Text
from course.content.items import AnyItem
from course.content.items.base import Level
from course.content.schema.blueprint import Blueprint
from course.content.schema.law_facts import FactName


class StateItem(Content):
    """A pattern that makes one item for each jurisdiction of a learner from the state's entry.

    `fact` is one of the facts of law_facts.py and `answer` its wording with {value}. `words` maps values that are
    not numbers to wordings. `stem` and `rationale` may contain {state}, and `rationale` also {answer}.
    """

    id: Id
    objective: Id
    level: Level
    difficulty: int = Field(ge=1, le=3)
    fact: FactName
    stem: Text
    answer: Text = "{value}"
    words: Mapping[str, Text] = {}
    rationale: Text


class Bank(Content):
    """The items of a module. `cases` are vignettes by id; the items of a case appear together, in bank order."""

    module: Id
    blueprint: Blueprint
    cases: Mapping[Id, Text] = {}
    items: tuple[AnyItem, ...] = Field(min_length=1)
    state_items: tuple[StateItem, ...] = ()
    digest: str

    @model_validator(mode="before")
    @classmethod
    def _copy_vignettes(cls, given: Any) -> Any:
        """Copy the vignette of a case into each of its items, so that a stored item is complete."""
        if not isinstance(given, dict) or not isinstance(given.get("cases"), dict):
            return given
        cases, items = given["cases"], given.get("items") or ()
        return given | {
            "items": [
                item | {"vignette": cases[item["case"]]}
                if isinstance(item, dict) and item.get("case") in cases
                else item
                for item in items
            ]
        }

    @property
    def length(self) -> int:
        """Return the number of items on one quiz."""
        return sum(cell.items for cell in self.blueprint)

    def items_per_quiz(self, objective: str) -> int:
        """Return the number of items of the objective that the blueprint asks for."""
        return sum(cell.items for cell in self.blueprint if cell.objective == objective)

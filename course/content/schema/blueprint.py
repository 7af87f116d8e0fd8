"""A blueprint: how many items of which kind a form has."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from course.content.base import Content, Id
from course.content.items.base import Level
from course.content.schema.module import Competency


class Cell(Content):
    """A line of a blueprint: the number of `items` that match every field that is set."""

    items: int = Field(ge=1)
    module: Id | None = None
    competency: Competency | None = None
    objective: Id | None = None
    level: Level | None = None
    difficulty: int | None = Field(default=None, ge=1, le=3)

    def __str__(self) -> str:
        named = [str(value) for name, value in self if name != "items" and value is not None]
        return f"{self.items} of {', '.join(named) or 'any kind'}"


def _cells(given: Any) -> Any:
    """Accept the short form `objective: number of items`."""
    if isinstance(given, dict):
        return tuple({"objective": objective, "items": items} for objective, items in given.items())
    return given


Blueprint = Annotated[tuple[Cell, ...], BeforeValidator(_cells), Field(min_length=1)]

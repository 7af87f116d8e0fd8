"""State law as data: an entry of modules/jurisdictions.yaml."""

from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from course.content.base import Content, Text
from course.content.schema.law import Law, LawSource


class Place(Content):
    """A state and its board. `time_zone` is the one of the capital, where the board sits."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    name: Text
    board: Text
    time_zone: Text


class Jurisdiction(Law, Place):
    """What sources say about one state's law."""

    @cached_property
    def source_by_id(self) -> dict[str, LawSource]:
        """Return the sources by their ids."""
        return {source.id: source for source in self.sources}

    @property
    def hour_minutes(self) -> Literal[50, 60] | None:
        """Return the length of an hour of continuing education; None if no source states it."""
        return self.renewal.hour_minutes

    @property
    def last_read(self) -> date | None:
        """Return the day on which a text of the state was last read; None if none was."""
        return max((source.read_on for source in self.sources if source.kind == "primary"), default=None)

    @property
    def checked_on(self) -> date:
        """Return the day on which any source was last read."""
        return max(source.read_on for source in self.sources)


class JurisdictionsFile(Content):
    """What `jurisdictions.yaml` says.

    The loader reads each state as a `Jurisdiction` by itself, so that a problem is reported with its line.
    """

    states: tuple[Any, ...] = Field(min_length=1)

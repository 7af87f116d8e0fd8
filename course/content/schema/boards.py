"""To which boards completions are reported, and under which codes: the types of modules/boards.yaml."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from course.content.base import Content, Id, Text

Profession = Annotated[str, StringConstraints(pattern=r"^PTA?$")]
Format = Literal["sheet", "xml", "csv"]
CODED: frozenset[Format] = frozenset({"sheet", "xml"})  # the formats of a service, which name everything by its codes


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return text


class BoardCourse(Content):
    """`number` is the service's own; `own_number`, the provider's, may stand in its place.

    `by_area`: its credit is reported area by area.
    """

    number: Text | None
    own_number: Text | None = None
    publishing_number: Text | None = None
    by_area: bool = False


class Board(Content):
    """One state's board, as a service or the board itself takes its reports. None: the provider hasn't entered it yet.

    `subject_areas`: the service's code of each domain. `license_form`: a regular expression that a whole license
    number has to fit. `days`: from the completion to the last day of reporting. `ask`: what the vendor has to say.
    """

    key: Id
    name: Text
    state: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    formats: tuple[Format, ...] = Field(min_length=1)
    provider_number: Text | None
    parent_number: Text | None = None
    professions: Mapping[Profession, Text | None]
    courses: Mapping[Id, BoardCourse]
    subject_areas: Mapping[Id, Text | None] = {}
    license_form: Annotated[Text, AfterValidator(_pattern)] | None = None
    days: int | None = Field(default=None, ge=1)
    ask: tuple[Text, ...] = ()

    @property
    def by_codes(self) -> bool:
        return bool(CODED & set(self.formats))


class BoardsFile(Content):
    boards: tuple[Board, ...]

"""Boards that completions are reported to, with their codes: the types of modules/boards.yaml."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from course.content.base import Content, Id, Text

Profession = Annotated[str, StringConstraints(pattern=r"^PTA?$")]
Format = Literal["sheet", "xml", "csv"]
CODED: frozenset[Format] = frozenset({"sheet", "xml"})  # the formats of a service that uses its own codes throughout


def _regular_expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return text


class BoardCourse(Content):
    """A course under the board's codes.

    `number` is the service's course number. `own_number`, the provider's, may be used instead. `by_area`: the credit
    is reported for each subject area separately.
    """

    number: Text | None
    own_number: Text | None = None
    publishing_number: Text | None = None
    by_area: bool = False


class Board(Content):
    """A state board, and how it or its service accepts reports. None: the provider hasn't entered the value yet.

    `subject_areas` are the service's codes for domains. `license_form` is a regular expression that a whole license
    number must match. `days` is the deadline for reporting, counted from completion. `ask` are questions to the vendor.
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
    license_form: Annotated[Text, AfterValidator(_regular_expression)] | None = None
    days: int | None = Field(default=None, ge=1)
    ask: tuple[Text, ...] = ()

    @property
    def by_codes(self) -> bool:
        """Return whether reports use the service's codes."""
        return bool(CODED & set(self.formats))


class BoardsFile(Content):
    """What `boards.yaml` says."""

    boards: tuple[Board, ...]

"""Lettered options with a key: the common part of choice items and knowledge checks."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, StringConstraints, field_validator, model_validator

from course.content.base import Content, Text
from course.content.items.base import Answer, Fields, Item, NotAnAnswer
from course.content.seeded import shuffled


class LetteredOption(Content):
    """An option and its letter, a to h."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-h]$")]
    text: Text


def by_letter(given: Any) -> Any:
    """Accept the short form `letter: text`."""
    if isinstance(given, dict):
        return tuple({"id": str(id_), "text": text} for id_, text in given.items())
    return given


Lettered = Annotated[tuple[LetteredOption, ...], BeforeValidator(by_letter), Field(min_length=2)]


class LetteredOptions(Content):
    """Options and the letters of the correct ones."""

    options: Lettered
    key: tuple[str, ...]

    @field_validator("key", mode="before")
    @classmethod
    def _accept_one_letter(cls, given: Any) -> Any:
        return (given,) if isinstance(given, str) else given

    @model_validator(mode="after")
    def _key_is_there(self) -> "LetteredOptions":
        require_options(self.key, self.options)
        return self

    @property
    def by_id(self) -> dict[str, str]:
        """Return the texts by letter."""
        return {option.id: option.text for option in self.options}


def require_options(key: Iterable[str], options: Sequence[LetteredOption]) -> None:
    """Raise ValueError if the key names a letter that is not an option."""
    ids = [option.id for option in options]
    if unknown := [id_ for id_ in key if id_ not in ids]:
        raise ValueError(f"the key names {', '.join(unknown)}, which is not an option; use one of {', '.join(ids)}")


def require_one_key(key: Sequence[str]) -> None:
    """Raise ValueError unless the key has one letter."""
    if len(key) != 1:
        raise ValueError("the key of a single-best-answer question is one letter")


def require_several_keys(key: Sequence[str], options: Sequence[LetteredOption]) -> None:
    """Raise ValueError unless the key has at least two letters, but not all of them."""
    if not 2 <= len(set(key)) < len(options):
        raise ValueError("the key of a multiple-response question has at least two letters, but not all of them")


class ChoiceItem(LetteredOptions, Item):
    """The common part of single-best-answer and multiple-response items. An answer is a list of letters."""

    KEY_FIELDS: ClassVar[tuple[str, ...]] = ("key",)

    def order(self, seed: str) -> tuple[str, ...]:
        return tuple(shuffled(self.by_id, seed))

    def read(self, fields: Fields, name: str, order: Sequence[str]) -> list[str]:
        """Return the submitted letters in alphabetical order."""
        given = sorted(set(fields.getlist(name)))
        if not set(given) <= set(order):
            raise NotAnAnswer("Choose one of the answers shown.")
        return given

    def labels(self) -> dict[str, str]:
        return self.by_id | {"open": "No answer"}

    def keyed(self) -> frozenset[str]:
        return frozenset(self.key)

    def chosen(self, answer: Answer) -> tuple[str, ...]:
        return tuple(answer or ()) or ("open",)

    def texts(self) -> tuple[str, ...]:
        return tuple(self.by_id.values())

"""Options by letter and a key among them: what choice items and knowledge checks share."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, StringConstraints, field_validator, model_validator

from course.content.base import Content, Text
from course.content.items.base import Answer, Fields, Item, NotAnAnswer
from course.content.seeded import shuffled


class LetteredOption(Content):
    id: Annotated[str, StringConstraints(pattern=r"^[a-h]$")]
    text: Text


def by_letter(given: Any) -> Any:
    """Options may be written short, as letter: text."""
    if isinstance(given, dict):
        return tuple({"id": str(id_), "text": text} for id_, text in given.items())
    return given


Lettered = Annotated[tuple[LetteredOption, ...], BeforeValidator(by_letter), Field(min_length=2)]


class LetteredOptions(Content):
    options: Lettered
    key: tuple[str, ...]

    @field_validator("key", mode="before")
    @classmethod
    def _key(cls, given: Any) -> Any:
        return (given,) if isinstance(given, str) else given

    @model_validator(mode="after")
    def _key_is_there(self) -> "LetteredOptions":
        require_options(self.key, self.options)
        return self

    @property
    def by_id(self) -> dict[str, str]:
        return {option.id: option.text for option in self.options}


def require_options(key: Iterable[str], options: Sequence[LetteredOption]) -> None:
    ids = [option.id for option in options]
    if unknown := [id_ for id_ in key if id_ not in ids]:
        raise ValueError(f"the key names {', '.join(unknown)}, which is no option; use one of {', '.join(ids)}")


def require_one_key(key: Sequence[str]) -> None:
    if len(key) != 1:
        raise ValueError("a single-best-answer question has one letter as its key")


def require_several_keys(key: Sequence[str], options: Sequence[LetteredOption]) -> None:
    if not 2 <= len(set(key)) < len(options):
        raise ValueError("a multiple-response key has two letters or more, and leaves at least one option out")


class ChoiceItem(LetteredOptions, Item):
    """What single-best-answer and multiple-response items share. An answer is a list of letters."""

    KEY: ClassVar[tuple[str, ...]] = ("key",)

    def order(self, seed: str) -> tuple[str, ...]:
        return tuple(shuffled(self.by_id, seed))

    def read(self, fields: Fields, name: str, order: Sequence[str]) -> list[str]:
        """The letters that were sent, in the order of the alphabet."""
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

"""Matching: choose the option for each prompt. Every correct pair earns its share."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from course.content.base import Content, Text
from course.content.items.base import Answer, Fields, Item, NotAnAnswer
from course.content.items.options import Lettered, by_letter, require_options
from course.content.seeded import shuffled


class Prompt(Content):
    """A prompt and its number, 1 to 9."""

    id: Annotated[str, StringConstraints(pattern=r"^[1-9]$")]
    text: Text


def _by_number(given: Any) -> Any:
    """Turn the prompts' numbers, which YAML reads as integers, into ids."""
    return {str(prompt): option for prompt, option in given.items()} if isinstance(given, dict) else given


class MatchingItem(Item):
    """A matching item. `key` gives the option of each prompt; an option may fit several prompts or none.

    An answer is `{"1": "b"}`, without the prompts that have no answer yet.
    """

    KEY_FIELDS = ("key",)
    type: Literal["matching"] = "matching"
    prompts: Annotated[tuple[Prompt, ...], BeforeValidator(by_letter), Field(min_length=2)]
    options: Lettered
    key: Annotated[Mapping[str, str], BeforeValidator(_by_number)]

    @model_validator(mode="after")
    def _key_is_complete(self) -> "MatchingItem":
        if self.key.keys() != self.asked.keys():
            raise ValueError(f"the key needs exactly one option for each of the prompts {', '.join(self.asked)}")
        require_options(self.key.values(), self.options)
        return self

    @cached_property
    def asked(self) -> dict[str, str]:
        """Return the prompts by number."""
        return {prompt.id: prompt.text for prompt in self.prompts}

    @cached_property
    def by_id(self) -> dict[str, str]:
        """Return the options by letter."""
        return {option.id: option.text for option in self.options}

    @property
    def solution(self) -> Answer:
        return dict(self.key)

    def order(self, seed: str) -> tuple[str, ...]:
        """Return the prompts, then the options."""
        return (*shuffled(self.asked, seed), *shuffled(self.by_id, seed))

    def read(self, fields: Fields, name: str, order: Sequence[str]) -> Answer:
        given = {prompt: fields.get(f"{name}-{prompt}", "") for prompt in order if prompt in self.asked}
        if not set(given.values()) <= {"", *self.by_id}:
            raise NotAnAnswer("Choose one of the answers shown.")
        return {prompt: option for prompt, option in given.items() if option}

    def score(self, answer: Answer) -> Fraction:
        right = sum((answer or {}).get(prompt) == option for prompt, option in self.key.items())
        return Fraction(right, len(self.key))

    def labels(self) -> dict[str, str]:
        pairs = {p + o: f"{prompt}: {option}" for p, prompt in self.asked.items() for o, option in self.by_id.items()}
        return pairs | {"open": "No answer"}

    def keyed(self) -> frozenset[str]:
        return frozenset(prompt + option for prompt, option in self.key.items())

    def chosen(self, answer: Answer) -> tuple[str, ...]:
        return tuple(prompt + option for prompt, option in (answer or {}).items()) or ("open",)

    def texts(self) -> tuple[str, ...]:
        return tuple(self.by_id.values())

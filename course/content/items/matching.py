"""Matching: to each prompt the option that belongs to it. Every right pair earns its share."""

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
    id: Annotated[str, StringConstraints(pattern=r"^[1-9]$")]
    text: Text


def _by_number(given: Any) -> Any:
    """YAML reads the numbers of the prompts as numbers."""
    return {str(prompt): option for prompt, option in given.items()} if isinstance(given, dict) else given


class MatchingItem(Item):
    """`key` names the option of each prompt; an option may belong to several prompts or to none.

    An answer is `{"1": "b"}`, without the prompts that are still open.
    """

    KEY = ("key",)
    type: Literal["matching"] = "matching"
    prompts: Annotated[tuple[Prompt, ...], BeforeValidator(by_letter), Field(min_length=2)]
    options: Lettered
    key: Annotated[Mapping[str, str], BeforeValidator(_by_number)]

    @model_validator(mode="after")
    def _key_is_whole(self) -> "MatchingItem":
        if self.key.keys() != self.asked.keys():
            raise ValueError(f"the key needs one option for each of {', '.join(self.asked)}, and nothing else")
        require_options(self.key.values(), self.options)
        return self

    @cached_property
    def asked(self) -> dict[str, str]:
        return {prompt.id: prompt.text for prompt in self.prompts}

    @cached_property
    def by_id(self) -> dict[str, str]:
        return {option.id: option.text for option in self.options}

    @property
    def solution(self) -> Answer:
        return dict(self.key)

    def order(self, seed: str) -> tuple[str, ...]:
        """First the prompts, then the options."""
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

"""The base class of all item types."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any, ClassVar, Literal, Protocol, Self, get_args

from pydantic import Field, model_validator

from course.content.base import Content, Id, Reference, ReferenceId, Text, digest_of
from course.content.seeded import pick

Answer = Any  # JSON in the shape of the item type; empty while the item is not answered
Level = Literal["recall", "application", "case"]
LEVELS = get_args(Level)
NOT_PARAMETRIC = frozenset({"id", "type", "objective", "level", "references", "sources", "enemies", "section", "case"})
MAX_INSTANCES = 200  # of a parametric item, because each instance is checked


class NotAnAnswer(ValueError):
    """The submitted fields are not an answer to the item. The message is for the learner.

    `draft` is the input in the shape of an answer, if the page can show it again.
    """

    def __init__(self, message: str, draft: Answer = None) -> None:
        super().__init__(message)
        self.draft = draft


class Fields(Protocol):
    """The submitted values of a form by field name."""

    def get(self, key: str, default: str) -> str: ...
    def getlist(self, key: str) -> list[str]: ...


class Item(Content):
    """An item of a bank. Each subclass is an item type and implements the abstract methods.

    `enemies` are ids of items that reveal the answer to this one or are revealed by it. `section` is the section that
    teaches the item, if its references don't determine it. `case` is the id of a vignette that the item shares with
    others; the bank copies the text into `vignette`. `sources` are references of an item that is made from a state's
    entry, in addition to the module's. A parametric item has `parameters` with their possible values, and `{name}` in
    its texts; an instance of it has `values`.
    """

    KEY_FIELDS: ClassVar[tuple[str, ...]] = ()  # the fields that determine the correct answer

    id: Id
    type: str
    objective: Id
    level: Level
    difficulty: int = Field(ge=1, le=3)
    stem: Text
    rationale: Text
    references: tuple[ReferenceId, ...] = Field(min_length=1)
    must_pass: bool = False
    sources: tuple[Reference, ...] = ()
    enemies: tuple[Id, ...] = ()
    section: Id | None = None
    case: Id | None = None
    vignette: Text | None = None
    calculator: bool = False
    parameters: Mapping[str, tuple[float, ...]] = {}
    values: Mapping[str, float] = {}

    @property
    @abstractmethod
    def solution(self) -> Answer:
        """Return an answer that earns the full score."""

    def order(self, seed: str) -> tuple[str, ...]:  # noqa: ARG002
        """Return the ids of options, steps or the like in the order in which they are shown, determined by the seed.

        The order is stored with the attempt.
        """
        return ()

    @abstractmethod
    def read(self, fields: Fields, name: str, order: Sequence[str]) -> Answer:
        """Return the answer in the fields whose names begin with `name`. Raise NotAnAnswer if there is none."""

    @abstractmethod
    def score(self, answer: Answer) -> Fraction:
        """Return the score from 0 to 1. An item without an answer scores 0."""

    def labels(self) -> dict[str, str]:
        """Return what can be chosen, for item statistics: the words of the bank by label."""
        return {"right": "Correct", "partly": "Partly correct", "wrong": "Incorrect", "open": "No answer"}

    def keyed(self) -> frozenset[str]:
        """Return the labels of correct choices."""
        return frozenset({"right"})

    def chosen(self, answer: Answer) -> tuple[str, ...]:
        """Return the labels under which an answer is counted."""
        if not answer:
            return ("open",)
        points = self.score(answer)
        return ("right" if points == 1 else "partly" if points else "wrong",)

    def texts(self) -> tuple[str, ...]:
        """Return the texts that a learner chooses from, for the item-writing rules."""
        return ()

    @cached_property
    def digest(self) -> str:
        """Return a digest over all fields."""
        return digest_of(self.model_dump_json())

    def instance(self, seed: str) -> Self:
        """Return the item for one learner. A parametric item gets values that the seed determines."""
        if not self.parameters:
            return self
        return self.with_values({name: pick(given, f"{seed}/{name}") for name, given in self.parameters.items()})

    def with_values(self, values: Mapping[str, float]) -> Self:
        """Return the instance of a parametric item with these values filled into its texts."""
        filled = {
            name: _filled(value, values) for name, value in self.model_dump().items() if name not in NOT_PARAMETRIC
        }
        return type(self).model_validate(self.model_dump() | filled | {"values": dict(values)})

    def instances(self) -> Iterator[Self]:
        """Yield every instance of a parametric item."""
        for combination in product(*self.parameters.values()):
            yield self.with_values(dict(zip(self.parameters, combination, strict=True)))

    @model_validator(mode="after")
    def _instances_are_valid(self) -> Self:
        """Reject an item if any instance of it is invalid."""
        count = 1
        for given in self.parameters.values():
            count *= len(given)
        if not 1 <= count <= MAX_INSTANCES:
            raise ValueError(f"its parameters have {count} combinations; use from 1 to {MAX_INSTANCES}")
        if self.parameters and not self.values:
            for one in self.instances():
                if "{" in one.stem + one.rationale + "".join(one.texts()):
                    raise ValueError("a text has a `{name}` in braces that is not among the parameters")
        return self

    def rekeyed(self, corrected: "Item") -> Self | None:
        """Return this item with the key of the corrected item, or None if that key does not fit this wording."""
        if corrected.type != self.type:
            return None
        try:
            whole = corrected.with_values(self.values) if corrected.parameters else corrected
            return type(self).model_validate(
                self.model_dump() | {name: getattr(whole, name) for name in self.KEY_FIELDS}
            )
        except ValueError:
            return None


def _filled(value: Any, values: Mapping[str, float]) -> Any:
    """Return the value with `{name}` replaced by its number in every text inside it."""
    if isinstance(value, str):
        for name, number in values.items():
            value = value.replace(f"{{{name}}}", f"{number:g}")
        return value
    if isinstance(value, dict):
        return {key: _filled(inner, values) for key, inner in value.items()}
    return type(value)(_filled(inner, values) for inner in value) if isinstance(value, (list, tuple)) else value

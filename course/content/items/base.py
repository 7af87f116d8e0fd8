"""What every item has, whatever its type. A type is one module beside this one and one template of its name."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any, ClassVar, Literal, Protocol, Self, get_args

from pydantic import Field, model_validator

from course.content.base import Content, Id, Reference, ReferenceId, Text, digest_of
from course.content.seeded import pick

Answer = Any  # JSON, of a shape that the type knows; empty while the item is open
Level = Literal["recall", "application", "case"]
LEVELS = get_args(Level)
NAMES = frozenset({"id", "type", "objective", "level", "references", "sources", "enemies", "section", "case"})
INSTANCES = 200  # so many instances of a parametric item are checked, and no more are allowed


class NotAnAnswer(ValueError):
    """What was sent can't be an answer to the item; the message is for whoever sent it.

    `draft` is what was sent, in the shape of an answer, where a page can show it again.
    """

    def __init__(self, message: str, draft: Answer = None) -> None:
        super().__init__(message)
        self.draft = draft


class Fields(Protocol):
    """What a form sent: the values by the name of the field."""

    def get(self, key: str, default: str) -> str: ...
    def getlist(self, key: str) -> list[str]: ...


class Item(Content):
    """An item of a bank. Subclasses add what the type needs, and answer what is declared here.

    `enemies` are items that give this one away, or that it gives away; `section` the section of the module that
    teaches it, where its references don't tell; `case` the vignette that it shares with other items. A parametric item
    has `parameters`, the values that each may take, and `{name}` in its texts; an instance has the `values` it got.
    """

    KEY: ClassVar[tuple[str, ...]] = ()  # the fields that say what is right

    id: Id
    type: str
    objective: Id
    level: Level
    difficulty: int = Field(ge=1, le=3)
    stem: Text
    rationale: Text
    references: tuple[ReferenceId, ...] = Field(min_length=1)
    must_pass: bool = False
    sources: tuple[Reference, ...] = ()  # beside the module's references, for an item made from a state's entry
    enemies: tuple[Id, ...] = ()
    section: Id | None = None
    case: Id | None = None
    vignette: Text | None = None  # the case's, which the bank fills in
    calculator: bool = False
    parameters: Mapping[str, tuple[float, ...]] = {}
    values: Mapping[str, float] = {}

    @property
    @abstractmethod
    def solution(self) -> Answer:
        """An answer that is wholly right."""

    def order(self, seed: str) -> tuple[str, ...]:  # noqa: ARG002
        """What is shown in an order that the seed decides; kept with the paper."""
        return ()

    @abstractmethod
    def read(self, fields: Fields, name: str, order: Sequence[str]) -> Answer:
        """The answer that a form sent in fields whose names begin with `name`. Raises NotAnAnswer."""

    @abstractmethod
    def score(self, answer: Answer) -> Fraction:
        """From 0 to 1; an open item scores nothing."""

    def labels(self) -> dict[str, str]:
        """What can be chosen, for the item's statistics: label -> words, as the bank has them."""
        return {"right": "Right", "partly": "Partly right", "wrong": "Not right", "open": "No answer"}

    def keyed(self) -> frozenset[str]:
        """The labels that are right to choose."""
        return frozenset({"right"})

    def chosen(self, answer: Answer) -> tuple[str, ...]:
        """The labels under which the answer is counted."""
        if not answer:
            return ("open",)
        points = self.score(answer)
        return ("right" if points == 1 else "partly" if points else "wrong",)

    def texts(self) -> tuple[str, ...]:
        """What a learner may choose from, in words; for the rules of good items."""
        return ()

    @cached_property
    def digest(self) -> str:
        return digest_of(self.model_dump_json())

    def instance(self, seed: str) -> Self:
        """The item as one learner gets it: itself, or with values for its parameters."""
        if not self.parameters:
            return self
        return self.with_values({name: pick(given, f"{seed}/{name}") for name, given in self.parameters.items()})

    def with_values(self, values: Mapping[str, float]) -> Self:
        filled = {name: _filled(value, values) for name, value in self.model_dump().items() if name not in NAMES}
        return type(self).model_validate(self.model_dump() | filled | {"values": dict(values)})

    def instances(self) -> Iterator[Self]:
        """Every instance there can be."""
        for combination in product(*self.parameters.values()):
            yield self.with_values(dict(zip(self.parameters, combination, strict=True)))

    @model_validator(mode="after")
    def _instances_hold(self) -> Self:
        """An item whose instances fail for some values is refused with the first fault."""
        count = 1
        for given in self.parameters.values():
            count *= len(given)
        if not 1 <= count <= INSTANCES:
            raise ValueError(f"its parameters have {count} combinations; have at least one and at most {INSTANCES}")
        if self.parameters and not self.values:
            for one in self.instances():
                if "{" in one.stem + one.rationale + "".join(one.texts()):
                    raise ValueError("a text names a parameter that there is not")
        return self

    def rekeyed(self, corrected: "Item") -> Self | None:
        """This wording with the key of the corrected bank; None where the key doesn't fit this wording."""
        if corrected.type != self.type:
            return None
        try:
            whole = corrected.with_values(self.values) if corrected.parameters else corrected
            return type(self).model_validate(self.model_dump() | {name: getattr(whole, name) for name in self.KEY})
        except ValueError:
            return None


def _filled(value: Any, values: Mapping[str, float]) -> Any:
    """The value with `{name}` replaced in every text of it."""
    if isinstance(value, str):
        for name, number in values.items():
            value = value.replace(f"{{{name}}}", f"{number:g}")
        return value
    if isinstance(value, dict):
        return {key: _filled(inner, values) for key, inner in value.items()}
    return type(value)(_filled(inner, values) for inner in value) if isinstance(value, (list, tuple)) else value

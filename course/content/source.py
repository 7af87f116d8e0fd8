"""Reading YAML so that every fault can name its file and line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

T = TypeVar("T", bound=BaseModel)
Place = Callable[[Sequence[str | int]], int]
HINTS = {
    "missing": ("is missing", "add it"),
    "extra_forbidden": ("is not a known key", "remove it or correct its spelling"),
    "too_short": ("is empty or too short", "add what is missing"),
    "string_too_short": ("is empty", "write the text"),
}


@dataclass(frozen=True, order=True)
class Problem:
    file: str
    line: int
    wrong: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.wrong}; {self.remedy}"


@dataclass
class Problems:
    """Collects every fault, so that an author sees them all at once."""

    found: list[Problem] = field(default_factory=list)

    def add(self, file: str, line: int, wrong: str, remedy: str) -> None:
        self.found.append(Problem(file, line, wrong, remedy))


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Dates stay text, and a key that stands twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key!r} stands twice", problem_mark=key_node.start_mark)
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Document:
    """A YAML text with its data and the lines of its parts. `offset` lines stand before it in the file."""

    file: str
    data: Any
    root: yaml.Node | None
    offset: int = 0

    def line(self, path: Sequence[str | int]) -> int:
        """The line of the deepest part of `path` that exists."""
        node, line = self.root, self.root.start_mark.line if self.root else 0
        for step in path:
            if (found := _child(node, step)) is None:
                break
            node, line = found
        return self.offset + line + 1


def _child(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return value, key.start_mark.line
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step].start_mark.line
    return None


def parse(text: str, file: str, problems: Problems, offset: int = 0) -> Document | None:
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        data = loader.construct_document(root) if root else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        problems.add(file, offset + line + 1, f"not readable as YAML: {error.problem}", "correct the syntax")
        return None
    finally:
        loader.dispose()
    return Document(file, data, root, offset)


def typed(
    model: type[T], document: Document, problems: Problems, at: Sequence[str | int] = (), **more: Any
) -> T | None:
    """`document`'s data as a `model`, or None after adding a problem for each fault. `more` are computed fields."""
    data = document.data
    for step in at:
        data = data[step]
    if not isinstance(data, dict):
        problems.add(document.file, document.line(at), "not a list of keys and values", "write `key: value` lines")
        return None
    if clash := data.keys() & more.keys():
        problems.add(document.file, document.line([*at, *clash]), f"{', '.join(clash)} is computed", "remove it")
        return None
    try:
        return model.model_validate({**data, **more})
    except ValidationError as error:
        for fault in error.errors():
            _explain(fault, document, problems, at)
        return None


def _explain(fault: ErrorDetails, document: Document, problems: Problems, at: Sequence[str | int]) -> None:
    path = _in_file([*at, *fault["loc"]], document.data)
    name = ".".join(str(step) for step in path if not isinstance(step, int)) or "the entry"
    hint = HINTS.get(fault["type"])
    if hint:
        problems.add(document.file, document.line(path), f"{name} {hint[0]}", hint[1])
    elif fault["type"] == "value_error":
        problems.add(document.file, document.line(path), f"{name}: {fault['ctx']['error']}", "correct it")
    else:
        problems.add(document.file, document.line(path), f"{name}: {fault['msg']}", "correct the value")


def _in_file(path: Sequence[str | int], data: Any) -> list[str | int]:
    """The path without steps that the file doesn't have, such as the type by which an item was told from others."""
    found: list[str | int] = []
    for n, step in enumerate(path):
        if isinstance(data, dict) and step not in data and n < len(path) - 1:
            continue
        found.append(step)
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            data = None
    return found

"""Read YAML files so that every problem can be reported with its file and line."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

T = TypeVar("T", bound=BaseModel)
EXPLANATIONS = {  # by pydantic's error type: what is wrong, what to do
    "missing": ("is missing", "add it"),
    "extra_forbidden": ("is not a known key", "remove it or correct its spelling"),
    "too_short": ("has too few entries", "add what is missing"),
    "string_too_short": ("is empty", "write the text"),
}


@dataclass(frozen=True, order=True)
class Problem:
    """A fault in the content, for its author. `line` counts from 1."""

    file: str
    line: int
    wrong: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.wrong}; {self.remedy}"


@dataclass
class Problems:
    """Collects all problems, so that an author sees them together."""

    found: list[Problem] = field(default_factory=list)

    def add(self, file: str, line: int, wrong: str, remedy: str) -> None:
        """Record a problem."""
        self.found.append(Problem(file, line, wrong, remedy))


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A YAML loader that leaves dates as text and rejects duplicate keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise yaml.MarkedYAMLError(problem="a key is not plain text", problem_mark=key_node.start_mark)
            if key in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key!r} is repeated", problem_mark=key_node.start_mark)
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Document:
    """A YAML text with its data and line numbers. `offset` is the number of lines before it in the file."""

    file: str
    data: Any
    root: yaml.Node | None
    offset: int = 0

    def line(self, path: Sequence[str | int]) -> int:
        """Return the line of the deepest part of `path` that exists, counted from 1 in the whole file."""
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


def read_text(path: Path, file: str, problems: Problems) -> str | None:
    """Return the text of a file, or None after adding a problem if it is not UTF-8."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.add(file, line, f"not UTF-8: the byte {data[error.start]:#x} can't be read", "save the file as UTF-8")
        return None


def parse(text: str, file: str, problems: Problems, offset: int = 0) -> Document | None:
    """Return the parsed text, or None after adding a problem if it is not valid YAML."""
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        data = loader.construct_document(root) if root else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        problems.add(file, offset + line + 1, f"not valid YAML: {error.problem}", "correct the syntax")
        return None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position)
        problems.add(file, offset + line + 1, "not valid YAML: there is a control character", "remove it")
        return None
    finally:
        loader.dispose()
    return Document(file, data, root, offset)


def typed(
    model: type[T], document: Document, problems: Problems, at: Sequence[str | int] = (), **computed: Any
) -> T | None:
    """Return the document's data as a `model`, or None after adding a problem for each fault.

    `at` is the path of the part to read. `computed` are fields that the product fills in and the file must not have.
    """
    data = document.data
    for step in at:
        data = data[step]
    if not isinstance(data, dict):
        problems.add(document.file, document.line(at), "not a list of keys and values", "write `key: value` lines")
        return None
    if clash := data.keys() & computed.keys():
        wrong = f"{', '.join(clash)} is computed and can't be set"
        problems.add(document.file, document.line([*at, *clash]), wrong, "remove it")
        return None
    try:
        return model.model_validate({**data, **computed})
    except ValidationError as error:
        for fault in error.errors():
            _explain(fault, document, problems, at)
        return None


def _explain(fault: ErrorDetails, document: Document, problems: Problems, at: Sequence[str | int]) -> None:
    path = _path_in_file([*at, *fault["loc"]], document.data)
    name = ".".join(str(step) for step in path if not isinstance(step, int)) or "the entry"
    line = document.line(path)
    if explanation := EXPLANATIONS.get(fault["type"]):
        problems.add(document.file, line, f"{name} {explanation[0]}", explanation[1])
    elif fault["type"] == "value_error":
        problems.add(document.file, line, f"{name}: {fault['ctx']['error']}", "correct it")
    else:
        problems.add(document.file, line, f"{name}: {fault['msg']}", "correct the value")


def _path_in_file(path: Sequence[str | int], data: Any) -> list[str | int]:
    """Return the path without steps that the file does not have, such as the tag of a discriminated union."""
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

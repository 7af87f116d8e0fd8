"""What reading and writing a bank in another format gives back: the items, and for each one what was not carried."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from course.content.items.base import Item
from course.content.schema.bank import Bank

T = TypeVar("T")
Note = Callable[[str], None]  # told what of the item at hand is not carried
MAX_BYTES = 10_000_000
CONTROL = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what no XML text can hold, and \r


class UnreadableFile(ValueError):
    """The file as a whole can't be read; the message says why and what to do."""


class NotCarried(ValueError):
    """An item can't be carried at all; the message says why."""


@dataclass(frozen=True)
class LeftOut:
    """`item` is its id, or the name that the file gives it."""

    item: str
    what: str

    def __str__(self) -> str:
        return " ".join(f"{self.item}: {self.what}".split())


@dataclass(frozen=True)
class Imported:
    """`items` are fields as in a bank file, without those that the file doesn't tell; `cases` vignettes by id."""

    items: tuple[dict[str, Any], ...]
    cases: Mapping[str, str]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True)
class Exported:
    data: bytes
    left_out: tuple[LeftOut, ...]


@dataclass
class ImportBuilder:
    """Gathers what a file has, question by question."""

    items: list[dict[str, Any]] = field(default_factory=list)
    cases: dict[str, str] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)

    def leave(self, name: str, what: str) -> None:
        self.left_out.append(LeftOut(name, what))

    def add(self, name: str, read: Callable[[Note], dict[str, Any]]) -> None:
        """The item that `read` makes; a vignette among its fields goes to the cases."""

        def note(what: str) -> None:
            self.leave(name, what)

        try:
            fields = read(note)
        except NotCarried as reason:
            note(f"left out: {reason}")
            return
        vignette, case = fields.pop("vignette", None), fields.get("case")
        if vignette and not case:
            note("its vignette, since it names no case")
        elif vignette and self.cases.setdefault(str(case), vignette) != vignette:
            note(f"its vignette, which is not the one that the case {case} has already")
        self.items.append(fields)

    def done(self) -> Imported:
        return Imported(tuple(self.items), self.cases, tuple(self.left_out))


def each(bank: Bank, carry: Callable[[Item, Note], T]) -> tuple[list[T], tuple[LeftOut, ...]]:
    """What `carry` makes of every item that it can carry; the rest, and the bank's own parts, are left out."""
    carried: list[T] = []
    left = [LeftOut(bank.module, "the blueprint, which stays in the bank file")]
    left += [LeftOut(pattern.id, "left out: a pattern for states, which no format has") for pattern in bank.state_items]
    for item in bank.items:
        try:
            if any(CONTROL.search(text) for text in _strings(item.model_dump())):
                raise NotCarried("a text has a control character, which no file of this kind can hold")
            carried.append(carry(item, lambda what, id_=item.id: left.append(LeftOut(id_, what))))  # type: ignore[misc]
        except NotCarried as reason:
            left.append(LeftOut(item.id, f"left out: {reason}"))
    return carried, tuple(left)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _strings([*value.keys(), *value.values()])
    elif isinstance(value, Sequence):
        for inner in value:
            yield from _strings(inner)


def limited(data: bytes) -> bytes:
    if len(data) > MAX_BYTES:
        raise UnreadableFile(f"The file is larger than {MAX_BYTES // 1_000_000} MB; split it into several.")
    return data


def text_of(data: bytes) -> str:
    """The text of a plain file, with lines that end in \\n. Raises Unreadable."""
    try:
        text = limited(data).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"The file is not UTF-8 (byte {error.start + 1}); save it as text in UTF-8.") from None
    if found := CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise UnreadableFile(f"Line {line} has a control character; save the file as plain text.")
    return text

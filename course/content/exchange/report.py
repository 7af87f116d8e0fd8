"""Results of reading and writing a bank in another format: the items, and what of each was not carried over."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from course.content.items.base import Item
from course.content.schema.bank import Bank

T = TypeVar("T")
Note = Callable[[str], None]  # called with each part of the current item that is not carried over
MAX_BYTES = 10_000_000
MAX_QUESTIONS = 5_000  # of a file
MAX_QUESTION_CHARACTERS = 100_000
TOO_LONG = f"it has more than {MAX_QUESTION_CHARACTERS} characters, which no question has"
CONTROL_CHARACTER = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # not allowed in XML, and \r


class UnreadableFile(ValueError):
    """The file can't be read at all. The message says why and what to do."""


class NotCarried(ValueError):
    """An item can't be carried over at all. The message says why."""


@dataclass(frozen=True)
class LeftOut:
    """Something that was not carried over. `item` is the item's id, or its name in the file."""

    item: str
    what: str

    def __str__(self) -> str:
        return " ".join(f"{self.item}: {self.what}".split())


@dataclass(frozen=True)
class Imported:
    """What a file contains. `items` have those fields of a bank file that it provides. `cases` are vignettes by id."""

    items: tuple[dict[str, Any], ...]
    cases: Mapping[str, str]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True)
class Exported:
    """The file that was written, and what of the bank it does not contain."""

    data: bytes
    left_out: tuple[LeftOut, ...]


@dataclass
class ImportBuilder:
    """Collects the questions of a file one by one."""

    items: list[dict[str, Any]] = field(default_factory=list)
    cases: dict[str, str] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    questions: int = 0

    def leave_out(self, name: str, what: str) -> None:
        """Record something that is not carried over."""
        self.left_out.append(LeftOut(name, what))

    def add(self, name: str, read: Callable[[Note], dict[str, Any]]) -> None:
        """Add the item that `read` returns, or record why it is not carried over.

        A vignette among its fields is moved to `cases`. Raise UnreadableFile if there are too many questions.
        """
        self.questions += 1
        if self.questions > MAX_QUESTIONS:
            raise UnreadableFile(f"The file has more than {MAX_QUESTIONS} questions. Split it into several files.")

        def note(what: str) -> None:
            self.leave_out(name, what)

        try:
            fields = read(note)
        except NotCarried as reason:
            note(f"the whole item: {reason}")
            return
        vignette, case = fields.pop("vignette", None), fields.get("case")
        if vignette and not case:
            note("its vignette, because it names no case")
        elif vignette and self.cases.setdefault(str(case), vignette) != vignette:
            note(f"its vignette, because an earlier item of the case {case} has a different one")
        self.items.append(fields)

    def done(self) -> Imported:
        """Return everything that was added."""
        return Imported(tuple(self.items), self.cases, tuple(self.left_out))


def export_each(bank: Bank, carry: Callable[[Item, Note], T]) -> tuple[list[T], tuple[LeftOut, ...]]:
    """Return what `carry` makes of each item, and what is left out: items it can't carry and parts of the bank."""
    carried: list[T] = []
    left = [LeftOut(bank.module, "the blueprint, which only the bank file has")]
    no_states = "the whole pattern: no other format has items about states"
    left += [LeftOut(pattern.id, no_states) for pattern in bank.state_items]
    for item in bank.items:
        try:
            if any(CONTROL_CHARACTER.search(text) for text in _strings(item.model_dump())):
                raise NotCarried("a text has a control character, which these formats can't hold")
            carried.append(carry(item, lambda what, id_=item.id: left.append(LeftOut(id_, what))))  # type: ignore[misc]
        except NotCarried as reason:
            left.append(LeftOut(item.id, f"the whole item: {reason}"))
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
    """Return the data. Raise UnreadableFile if it is too large."""
    if len(data) > MAX_BYTES:
        raise UnreadableFile(f"The file is larger than {MAX_BYTES // 1_000_000} MB. Split it into several files.")
    return data


def text_of(data: bytes) -> str:
    """Return the text of a plain-text file with \\n as line break. Raise UnreadableFile if it is not text."""
    try:
        text = limited(data).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"The file is not UTF-8 (byte {error.start + 1}). Save it as UTF-8 text.") from None
    if found := CONTROL_CHARACTER.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise UnreadableFile(f"Line {line} has a control character. Save the file as plain text.")
    return text

"""What a file that somebody presents holds: a badge, and the certificate numbers it names. Nothing is fetched.

Everything costs at most a fixed multiple of the file's length, whatever the file is.
"""

import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice
from typing import Any

from course.certificates.credentials import baking
from course.certificates.issuing.numbers import ALPHABET

MEGABYTES = 5  # of a file
DEEPEST = 40  # levels of a badge
LONGEST = 500_000  # letters of a badge
MOST_NUMBERS = 10
MOST_STREAMS = 1_000  # of a PDF
PACKED = 200_000  # bytes of one that are unpacked
UNPACKED = 10_000_000  # bytes of all of them together
PDF = b"%PDF-"
HEAD = 1024  # bytes, within which a PDF says what it is
NUMBER = re.compile(rb"(?<![0-9A-Z-])[%b]{4}(?:-[%b]{4}){3}(?![0-9A-Z-])" % ((ALPHABET.encode(),) * 2))
STREAMS = re.compile(rb"stream\r?\n")


class Kind(StrEnum):
    PDF = "PDF document"
    PNG = "PNG picture"
    SVG = "SVG picture"
    JSON = "JSON file"


class Unreadable(Exception):
    """The message says why, as the whole of a sentence."""


@dataclass(frozen=True)
class Presented:
    """`numbers` as they are printed, in their order; `badge`: the Open Badge in it, or None for the reason `fault`."""

    kind: Kind
    numbers: tuple[str, ...]
    badge: dict[str, Any] | None = None
    fault: str | None = None


def read(data: bytes) -> Presented:
    """Raises Unreadable for what is of no known kind."""
    kind = _kind(data)
    if kind is Kind.PDF:
        return Presented(kind, _numbers(chain([data], _unpacked(data))))
    text, badge, fault = "", None, None
    try:
        text = _text(kind, data)
        badge = _badge(text)
    except (baking.NotBaked, Unreadable) as refusal:
        fault = str(refusal)
    return Presented(kind, _numbers([data, (json.dumps(badge) if badge else text).encode()]), badge, fault)


def _kind(data: bytes) -> Kind:
    start = data[:HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    if PDF in data[:HEAD]:
        return Kind.PDF
    if data.startswith(baking.PNG):
        return Kind.PNG
    if start.startswith(b"<"):
        return Kind.SVG
    if start.startswith(b"{"):
        return Kind.JSON
    raise Unreadable("It is empty." if not data else "It is no PDF, PNG, SVG or JSON file.")


def _text(kind: Kind, data: bytes) -> str:
    if kind is Kind.PNG:
        return baking.from_png(data)
    if kind is Kind.SVG:
        return baking.from_svg(data)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("It is not written in UTF-8, as JSON is.") from None


def _badge(text: str) -> dict[str, Any]:
    if text.startswith("eyJ"):
        raise Unreadable("It holds a badge that is signed as a whole (JWT), which nobody gets here.")
    if len(text) > LONGEST:
        raise Unreadable("It holds more than a badge can be.")
    try:
        badge = json.loads(text, object_pairs_hook=_unambiguous, parse_constant=_refuse)
    except RecursionError:
        raise Unreadable("It is nested deeper than any badge.") from None
    except ValueError as error:
        raise error if isinstance(error, Ambiguous) else Unreadable("What it holds is not JSON.") from None
    if not isinstance(badge, dict):
        raise Unreadable("What it holds is no badge.")
    if _is_deeper(badge, DEEPEST):
        raise Unreadable("It is nested deeper than any badge.")
    return badge


class Ambiguous(Unreadable, ValueError):
    pass


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Programs differ in which of two equal names they take, so a badge with both says two things."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Ambiguous("It says the same thing twice, and programs differ in which they take.")
    return found


def _refuse(_: str) -> None:
    raise ValueError


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    return levels == 0 or any(
        _is_deeper(inner, levels - 1) for inner in (value.values() if isinstance(value, dict) else value)
    )


def _numbers(pieces: Iterable[bytes]) -> tuple[str, ...]:
    found = (number.decode() for piece in pieces for number in NUMBER.findall(piece))
    return tuple(dict.fromkeys(found))[:MOST_NUMBERS]


def _unpacked(document: bytes) -> Iterator[bytes]:
    """The packed streams of a PDF, as far as the limits go: where other programs put links and descriptions."""
    whole, room = memoryview(document), UNPACKED
    for start in islice(STREAMS.finditer(document), MOST_STREAMS):
        try:
            piece = zlib.decompressobj().decompress(whole[start.end() : start.end() + PACKED], room)
        except zlib.error:
            continue
        yield piece
        room -= len(piece)
        if room <= 0:
            return


def is_same(one: Any, other: Any) -> bool:
    """Whether two badges say the same, however they are laid out; a yes is no 1, but 2.0 is 2."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)

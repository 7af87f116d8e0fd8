"""Read a file that someone wants to verify: the badge in it and the certificate numbers it names. Nothing is fetched.

The work is at most a fixed multiple of the file's length, also for a hostile file.
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
from course.platform import file_types

MAX_FILE_MEGABYTES = 5
MAX_BADGE_DEPTH = 40
MAX_BADGE_CHARACTERS = 500_000
MAX_BADGE_COMMAS = 10_000  # each separates two values, which cost far more than a long one
MAX_NUMBERS = 10
MAX_PDF_STREAMS = 1_000
MAX_PACKED_BYTES = 200_000  # of one PDF stream
MAX_UNPACKED_BYTES = 4_000_000  # of all PDF streams together
NUMBER = re.compile(rb"(?<![0-9A-Z-])[%b]{4}(?:-[%b]{4}){3}(?![0-9A-Z-])" % ((ALPHABET.encode(),) * 2))
STREAMS = re.compile(rb"stream\r?\n")


class FileKind(StrEnum):
    PDF = "PDF document"
    PNG = "PNG image"
    SVG = "SVG image"
    JSON = "JSON file"


class UnreadableUpload(Exception):
    """The file can't be read; the message is a whole sentence that says why."""


@dataclass(frozen=True)
class UploadedFile:
    """`numbers`: certificate numbers in the file, in order. `badge`: its Open Badge, or None because of `fault`."""

    kind: FileKind
    numbers: tuple[str, ...]
    badge: dict[str, Any] | None = None
    fault: str | None = None


def read(data: bytes) -> UploadedFile:
    """Return what the file contains. Raise UnreadableUpload for a file of another kind."""
    kind = _kind(data)
    if kind is FileKind.PDF:
        return UploadedFile(kind, _numbers(chain([data], unpacked_streams(data))))
    text, badge, fault = "", None, None
    try:
        text = _text(kind, data)
        badge = _badge(text)
    except (baking.NotBaked, UnreadableUpload) as refusal:
        fault = str(refusal)
    return UploadedFile(kind, _numbers([data, (json.dumps(badge) if badge else text).encode()]), badge, fault)


def _kind(data: bytes) -> FileKind:
    start = data[: file_types.PDF_HEADER_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()
    if file_types.is_pdf(data):
        return FileKind.PDF
    if data.startswith(baking.PNG):
        return FileKind.PNG
    if start.startswith(b"<"):
        return FileKind.SVG
    if start.startswith(b"{"):
        return FileKind.JSON
    raise UnreadableUpload("The file is empty." if not data else "The file is not a PDF, PNG, SVG or JSON file.")


def _text(kind: FileKind, data: bytes) -> str:
    if kind is FileKind.PNG:
        return baking.from_png(data)
    if kind is FileKind.SVG:
        return baking.from_svg(data)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableUpload("The file is not encoded in UTF-8, as JSON is.") from None


def _badge(text: str) -> dict[str, Any]:
    if text.startswith("eyJ"):
        raise UnreadableUpload("The badge is signed as a JWT, a format that is not issued here.")
    if len(text) > MAX_BADGE_CHARACTERS:
        raise UnreadableUpload("The file is too long for a badge.")
    if text.count(",") > MAX_BADGE_COMMAS:
        raise UnreadableUpload("The file has too many parts for a badge.")
    try:
        badge = json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant)
    except RecursionError:
        raise UnreadableUpload("The file is nested too deeply for a badge.") from None
    except ValueError as error:
        raise error if isinstance(error, DuplicateName) else UnreadableUpload("The file is not valid JSON.") from None
    if not isinstance(badge, dict):
        raise UnreadableUpload("The file is not a badge.")
    if _is_deeper(badge, MAX_BADGE_DEPTH):
        raise UnreadableUpload("The file is nested too deeply for a badge.")
    return badge


class DuplicateName(UnreadableUpload, ValueError):
    """Programs differ in which of two equal names they read, so such a badge has two meanings."""


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DuplicateName("The file states the same thing twice, so its meaning is not clear.")
    return found


def _refuse_constant(_: str) -> None:
    """Refuse NaN and Infinity, which JSON does not have."""
    raise ValueError


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    return levels == 0 or any(
        _is_deeper(inner, levels - 1) for inner in (value.values() if isinstance(value, dict) else value)
    )


def _numbers(pieces: Iterable[bytes]) -> tuple[str, ...]:
    found = (number.decode() for piece in pieces for number in NUMBER.findall(piece))
    return tuple(dict.fromkeys(found))[:MAX_NUMBERS]


def unpacked_streams(document: bytes) -> Iterator[bytes]:
    """Yield a PDF's unpacked streams within the limits: other programs put links and descriptions there."""
    whole, room = memoryview(document), MAX_UNPACKED_BYTES
    for start in islice(STREAMS.finditer(document), MAX_PDF_STREAMS):
        try:
            piece = zlib.decompressobj().decompress(whole[start.end() : start.end() + MAX_PACKED_BYTES], room)
        except zlib.error:
            continue
        yield piece
        room -= len(piece)
        if room <= 0:
            return


def is_same(one: Any, other: Any) -> bool:
    """Return whether two badges mean the same in any layout: true is not 1, but 2.0 is 2."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)

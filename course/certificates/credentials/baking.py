"""Baked badges (Open Badges 3.0, section 5.3): a credential inside a PNG or an SVG picture, put in and taken out."""

import struct
import zlib
from collections.abc import Iterator
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

KEYWORD = b"openbadgecredential"
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
PNG = b"\x89PNG\r\n\x1a\n"
PLAIN = b"\0\0\0\0\0"  # after the keyword: not compressed, no language, no translated keyword
LONGEST = 1_000_000  # bytes of a credential that is taken out
LARGEST_SVG = 1_000_000  # bytes
MOST_CHUNKS = 20_000
CREDENTIAL = f"{{{NAMESPACE}}}credential"
NOT_IN_XML = {0xFFFE: "\\ufffe", 0xFFFF: "\\uffff"}  # JSON writes them so, too


class NotBaked(Exception):
    """No picture of this kind, a damaged one, or one without a credential; the message says which."""


def into_png(picture: bytes, credential: str) -> bytes:
    """The picture with the credential in an iTXt chunk after its header."""
    (_, header), *_ = _chunks(picture)
    start = len(PNG) + 12 + len(header)
    return picture[:start] + _chunk(b"iTXt", KEYWORD + PLAIN + credential.encode()) + picture[start:]


def from_png(picture: bytes) -> str:
    """Raises NotBaked, also where a checksum is wrong: then the file was damaged."""
    found = [data for kind, data in _chunks(picture) if kind == b"iTXt" and data.startswith(KEYWORD + b"\0")]
    if len(found) != 1:
        raise NotBaked("The picture holds no badge." if not found else "The picture holds more than one badge.")
    return _text(found[0][len(KEYWORD) + 1 :])


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and data of each chunk, the header first."""
    if not picture.startswith(PNG):
        raise NotBaked("The file is no PNG picture.")
    place, kind = len(PNG), b""
    for number in range(MOST_CHUNKS):
        if place + 12 > len(picture):
            raise NotBaked("The picture breaks off before its end.")
        (length,), kind = struct.unpack_from(">I", picture, place), picture[place + 4 : place + 8]
        data, check = picture[place + 8 : place + 8 + length], picture[place + 8 + length : place + 12 + length]
        if len(check) < 4 or zlib.crc32(kind + data) != int.from_bytes(check) or (number == 0) != (kind == b"IHDR"):
            raise NotBaked("The picture is damaged: a part of it doesn't fit its checksum.")
        yield kind, data
        place += 12 + length
        if kind == b"IEND":
            return
    raise NotBaked("The picture has too many parts.")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _text(rest: bytes) -> str:
    """What follows the keyword and its zero: compressed or not, how, language, translated keyword, text."""
    how, (*_, text) = rest[:2], rest[2:].split(b"\0", 2)
    try:
        if how[:1] == b"\1":  # not as the standard has it, but some write it so
            unpacker = zlib.decompressobj()
            text = unpacker.decompress(text, LONGEST + 1)
        if len(text) > LONGEST:
            raise NotBaked("The badge in the picture is too long.")
        return text.decode()
    except (zlib.error, UnicodeDecodeError):
        raise NotBaked("The badge in the picture can't be read.") from None


def into_svg(picture: str, credential: str) -> str:
    """The picture with the credential as the first thing in its root, which is one of ours: no prolog, no entities."""
    end = picture.index(">")
    safe = credential.translate(NOT_IN_XML).replace("]]>", "]]]]><![CDATA[>")
    return (
        f'{picture[:end]} xmlns:openbadges="{NAMESPACE}">'
        f"<openbadges:credential><![CDATA[{safe}]]></openbadges:credential>{picture[end + 1 :]}"
    )


def from_svg(picture: bytes) -> str:
    """Raises NotBaked. Entities are refused, nothing that the picture names is fetched, and no tree of it is built."""
    if len(picture) > LARGEST_SVG:
        raise NotBaked("The picture is larger than badges are.")
    search = _Search()
    parser = DefusedXMLParser(target=search, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(picture)
        parser.close()
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise NotBaked("The file is no SVG picture that can be read.") from None
    if not search.is_picture:
        raise NotBaked("The file is no SVG picture.")
    if len(search.found) != 1:
        raise NotBaked("The picture holds more than one badge." if search.found else "The picture holds no badge.")
    return search.found[0].strip()


class _Search:
    """A target of the parser that keeps the credentials and nothing else."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.is_picture: bool | None = None
        self._open: list[str] | None = None  # the pieces of the credential that is being read

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self.is_picture is None:
            self.is_picture = tag.rpartition("}")[2] == "svg"
        if tag == CREDENTIAL and self._open is None:
            self._open = [attributes.get("verify", "")]

    def data(self, piece: str) -> None:
        if self._open is not None:
            self._open.append(piece)

    def end(self, tag: str) -> None:
        if tag == CREDENTIAL and self._open is not None:
            self.found.append("".join(self._open))
            self._open = None

    def close(self) -> None:
        pass

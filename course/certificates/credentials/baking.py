"""Baked badges (Open Badges 3.0, section 5.3): put a credential into a PNG or SVG picture, and take it out."""

import io
import zlib
from itertools import islice
from typing import TypeVar
from xml.etree.ElementTree import ParseError

import png
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

T = TypeVar("T")
KEYWORD = b"openbadgecredential"
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
PNG = b"\x89PNG\r\n\x1a\n"
UNCOMPRESSED = b"\0\0\0\0\0"  # end of keyword, not compressed, no method, no language, no translated keyword
MAX_CREDENTIAL_BYTES = 1_000_000
MAX_SVG_BYTES = 1_000_000
MAX_SVG_ELEMENTS = 10_000
MAX_PNG_CHUNKS = 5_000
CREDENTIAL = f"{{{NAMESPACE}}}credential"
NOT_IN_XML = {0xFFFE: "\\ufffe", 0xFFFF: "\\uffff"}  # escaped as in JSON, because XML allows neither


class NotBaked(Exception):
    """The file is not a picture of this kind, is damaged, or has no credential; the message says which."""


def into_png(picture: bytes, credential: str) -> bytes:
    """Return the picture with the credential in an iTXt chunk after its header."""
    chunks = _chunks(picture)
    chunks.insert(1, (b"iTXt", KEYWORD + UNCOMPRESSED + credential.encode()))
    baked = io.BytesIO()
    png.write_chunks(baked, chunks)
    return baked.getvalue()


def from_png(picture: bytes) -> str:
    """Return the one credential in the picture. Raise NotBaked, also where a checksum is wrong."""
    found = [data for kind, data in _chunks(picture) if kind == b"iTXt" and data.startswith(KEYWORD + b"\0")]
    return _text(_only(found)[len(KEYWORD) + 1 :])


def _chunks(picture: bytes) -> list[tuple[bytes, bytes]]:
    """Return type and data of each chunk, the header first."""
    if not picture.startswith(PNG):
        raise NotBaked("The file is not a PNG image.")
    try:
        chunks = list(islice(png.Reader(bytes=picture).chunks(), MAX_PNG_CHUNKS + 1))
    except png.Error:
        raise NotBaked("The picture is damaged or incomplete.") from None
    if len(chunks) > MAX_PNG_CHUNKS:
        raise NotBaked("The picture has too many parts.")
    if chunks[0][0] != b"IHDR":
        raise NotBaked("The picture is damaged or incomplete.")
    return chunks


def _text(rest: bytes) -> str:
    """Return the text of an iTXt chunk. `rest`: compression flag and method, language, translated keyword, text."""
    flags, (*_, text) = rest[:2], rest[2:].split(b"\0", 2)
    try:
        if flags[:1] == b"\1":  # the standard forbids compression, but some issuers compress
            text = zlib.decompressobj().decompress(text, MAX_CREDENTIAL_BYTES + 1)
        if len(text) > MAX_CREDENTIAL_BYTES:
            raise NotBaked("The badge in the picture is too long.")
        return text.decode()
    except (zlib.error, UnicodeDecodeError):
        raise NotBaked("The badge in the picture can't be read.") from None


def into_svg(picture: str, credential: str) -> str:
    """Return the picture with the credential as the first element in its root.

    `picture`: one of our own, without prolog and entities. The rest of it stays as it is.
    """
    end = picture.index(">")
    safe = credential.translate(NOT_IN_XML).replace("]]>", "]]]]><![CDATA[>")
    return (
        f'{picture[:end]} xmlns:openbadges="{NAMESPACE}">'
        f"<openbadges:credential><![CDATA[{safe}]]></openbadges:credential>{picture[end + 1 :]}"
    )


def from_svg(picture: bytes) -> str:
    """Return the one credential in the picture. Raise NotBaked.

    Entities are refused, nothing that the picture names is fetched, and no tree is built.
    """
    if len(picture) > MAX_SVG_BYTES:
        raise NotBaked("The picture is too large for a badge.")
    search = _CredentialSearch()
    parser = DefusedXMLParser(target=search, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(picture)
        parser.close()
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise NotBaked("The SVG image can't be read.") from None
    if not search.is_picture:
        raise NotBaked("The file is not an SVG image.")
    return _only(search.found).strip()


def _only(found: list[T]) -> T:
    if not found:
        raise NotBaked("The picture has no badge in it.")
    if len(found) > 1:
        raise NotBaked("The picture has more than one badge in it.")
    return found[0]


class _CredentialSearch:
    """A parser target that keeps the text of the credentials and nothing else."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.is_picture: bool | None = None
        self._elements = 0
        self._pieces: list[str] | None = None  # of the credential that is being read

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > MAX_SVG_ELEMENTS:
            none_yet = f"The picture has no badge in its first {MAX_SVG_ELEMENTS:,} parts."
            raise NotBaked("The picture has too many parts." if self.found or self._pieces else none_yet)
        if self.is_picture is None:
            self.is_picture = tag.rpartition("}")[2] == "svg"
        if tag == CREDENTIAL and self._pieces is None:
            self._pieces = [attributes.get("verify", "")]

    def data(self, piece: str) -> None:
        if self._pieces is not None:
            self._pieces.append(piece)

    def end(self, tag: str) -> None:
        if tag == CREDENTIAL and self._pieces is not None:
            self.found.append("".join(self._pieces))
            self._pieces = None

    def close(self) -> None:
        pass

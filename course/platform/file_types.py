"""Types of uploaded documents, recognized by their bytes and never by their name.

A document has to be whole: a file that begins like a type but has no such structure is refused. The work grows with
the file's length and unpacks nothing.
"""

import re
import zlib

MAX_FILE_BYTES = 10_000_000
MAX_SIDE = 30_000  # pixels
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
ENDINGS = {PDF: "pdf", JPEG: "jpg", PNG: "png"}
NAMES = {PDF: "PDF", JPEG: "JPEG", PNG: "PNG"}
PDF_START, JPEG_START, PNG_START = b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
PDF_HEADER_BYTES = 1024  # within these a PDF states that it is one; readers accept a few lines before it
PDF_END_BYTES = 2048  # within these a PDF states where its table of objects is
PDF_END = re.compile(rb"startxref\s+\d{1,10}\s+%%EOF")
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # markers before the size of the picture
JPEG_SCAN, JPEG_END = 0xDA, b"\xff\xd9"


def is_pdf(data: bytes) -> bool:
    """Return whether the file begins like a PDF, also after a byte order mark or some lines of something else."""
    return PDF_START in data[:PDF_HEADER_BYTES]


def media_type(data: bytes) -> str | None:
    """Return the media type of a file that begins like a PDF, JPEG or PNG; None for anything else."""
    if data.startswith(PNG_START):
        return PNG
    if data.startswith(JPEG_START):
        return JPEG
    return PDF if is_pdf(data) else None


def fault(data: bytes) -> str | None:
    """Return why a document is refused, as a sentence for the person who uploaded it; None if it is accepted."""
    if len(data) > MAX_FILE_BYTES:
        return f"The file has {len(data) / 1_000_000:.1f} MB. The limit is 10 MB."
    kind = media_type(data)
    if kind is None:
        return "The file is not a PDF, JPEG or PNG. Scan or photograph the document, or save it as a PDF."
    if not {PDF: _is_whole_pdf, JPEG: _is_whole_jpeg, PNG: _is_whole_png}[kind](data):
        return f"The {NAMES[kind]} is damaged or not complete. Open it to see whether it is right, and save it again."
    return None


def _is_whole_pdf(data: bytes) -> bool:
    """Return whether the file has objects, names the first of them, and ends as a PDF does."""
    return b" obj" in data and b"/Root" in data and PDF_END.search(data[-PDF_END_BYTES:]) is not None


def _is_whole_png(data: bytes) -> bool:
    """Return whether the file is a sequence of sound chunks from the header to the end, with a picture among them."""
    place, kinds = len(PNG_START), []
    while place + 12 <= len(data):
        length = int.from_bytes(data[place : place + 4])
        end = place + 8 + length
        kind, checksum = data[place + 4 : place + 8], data[end : end + 4]
        if zlib.crc32(data[place + 4 : end]) != int.from_bytes(checksum) or len(checksum) < 4:
            return False
        kinds.append(kind)
        if kind == b"IHDR" and not (
            length == 13 and _is_size(data[place + 8 : place + 12], data[place + 12 : place + 16])
        ):
            return False
        if kind == b"IEND":
            return kinds[0] == b"IHDR" and b"IDAT" in kinds
        place = end + 4
    return False


def _is_whole_jpeg(data: bytes) -> bool:
    """Return whether the file has segments with the picture's size, then the picture, then the end."""
    place, has_size = 2, False
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4])
        if marker in JPEG_FRAMES:
            has_size = _is_size(data[place + 5 : place + 7], data[place + 7 : place + 9])
        if marker == JPEG_SCAN:
            return has_size and data.find(JPEG_END, place) != -1
        place += 2 + length
    return False


def _is_size(one: bytes, other: bytes) -> bool:
    return all(0 < int.from_bytes(side) <= MAX_SIDE for side in (one, other))

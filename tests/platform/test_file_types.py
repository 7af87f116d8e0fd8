"""The type of a document is read from its bytes, and only a whole one is accepted."""

import io
import struct
import zlib

import pytest
from PIL import Image

from course.certificates.verification import uploaded_file
from course.platform import file_types
from course.platform.file_types import JPEG, PDF, PNG
from tests.factories import pdf, picture

BEFORE_A_PDF = [b"", b"\xef\xbb\xbf", b"\n", b"%-12345X@PJL JOB\r\n", b"scanned by a copier\r\n\r\n", b" " * 1018]
GOOD_PDF = pdf("a license")


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def saved(kind: str, **how) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(file, kind, **how)
    return file.getvalue()


@pytest.mark.parametrize("before", BEFORE_A_PDF)
def test_a_pdf_is_one_everywhere_also_with_something_before_its_header(before):
    data = before + GOOD_PDF
    assert (file_types.media_type(data), file_types.fault(data)) == (PDF, None)
    assert uploaded_file.read(data).kind is uploaded_file.FileKind.PDF


def test_a_header_after_1024_bytes_is_none():
    assert file_types.media_type(b" " * 1020 + GOOD_PDF) is None


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (picture("PNG"), PNG),
        (saved("PNG", optimize=True), PNG),
        (picture("JPEG"), JPEG),
        (saved("JPEG", progressive=True, exif=Image.Exif(), comment=b"a phone"), JPEG),
        (picture("JPEG") + b"a moving picture", JPEG),
        (GOOD_PDF + b"\r\n" * 20, PDF),
    ],
)
def test_pictures_and_documents_of_real_programs_are_accepted(data, kind):
    assert (file_types.media_type(data), file_types.fault(data)) == (kind, None)


@pytest.mark.parametrize("kind", ["pdf", "PNG", "JPEG"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.95])
def test_a_file_that_was_cut_off_is_refused(kind, part):
    whole = GOOD_PDF if kind == "pdf" else picture(kind)
    assert file_types.fault(whole[: int(len(whole) * part)])


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7 and nothing else",
        b"%PDF-<script>alert(1)</script>",
        b"\x89PNG\r\n\x1a\n<script>alert(1)</script>",
        b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"\0" * 13) + chunk(b"IDAT", b"") + chunk(b"IEND", b""),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">II5B", 99_999, 9, 8, 2, 0, 0, 0)) + chunk(b"IEND", b""),
        picture("PNG").replace(b"IDAT", b"IDAX"),
        b"\xff\xd8\xff<html>\xff\xd9",
        b"\xff\xd8\xff\xda\x00\x02\xff\xd9",
    ],
)
def test_a_file_with_the_first_bytes_of_a_type_and_something_else_after_them_is_refused(data):
    assert "damaged or not complete" in str(file_types.fault(data))


def test_a_zip_that_is_called_pdf_is_refused_with_what_to_do():
    assert "save it as a PDF" in str(file_types.fault(b"PK\x03\x04" + b"\0" * 40))

"""Harmful and broken files are refused with a sentence that says what to do."""

import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.content.exchange import FORMATS, qti_package, report, safe_xml
from course.content.exchange.report import UnreadableFile
from tests.content.exchange.banks import SINGLE, bank_of

BOMB = '<!DOCTYPE q [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><quiz>&b;</quiz>'
OUTSIDE = '<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>'
DEEP = "<quiz>" + "<a>" * 200 + "</a>" * 200 + "</quiz>"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (BOMB, "declares a document type or an entity"),
        (OUTSIDE, "declares a document type or an entity"),
        ('<!DOCTYPE quiz SYSTEM "http://localhost/quiz.dtd"><quiz/>', "declares a document type or an entity"),
        (DEEP, "nested more than 100 levels deep"),
        ("<quiz>" + "<a/>" * (safe_xml.MAX_ELEMENTS + 1) + "</quiz>", "more than 200000 elements"),
        ("<quiz>" + " " * report.MAX_BYTES + "</quiz>", "larger than 10 MB"),
        ("<quiz><question></quiz>", "not well-formed XML"),
        ("", "not well-formed XML"),
        ("<html/>", "begins with <html>"),
    ],
    ids=["entities", "external", "dtd", "deep", "many", "huge", "broken", "empty", "other"],
)
def test_harmful_or_broken_xml_is_refused(text, sentence):
    with pytest.raises(UnreadableFile, match=sentence):
        FORMATS["moodle-xml"].read(text.encode())
    if sentence != "begins with <html>":
        with pytest.raises(UnreadableFile, match=sentence):
            FORMATS["qti-3.0"].read(text.encode())


def zipped(**files: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(name.replace("_", "."), content)
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"PK not a zip", "can't be unpacked"),
        (zipped(other_xml=b"<a/>"), "has no imsmanifest.xml"),
        (zipped(imsmanifest_xml=BOMB.encode()), "declares a document type or an entity"),
        (zipped(imsmanifest_xml=b" " * 200_000_000), "larger than 10 MB"),
        (b"<a/>", "begins with <a>"),
    ],
    ids=["no zip", "no manifest", "entities", "bomb", "no item"],
)
def test_harmful_or_broken_packages_are_refused(data, sentence):
    with pytest.raises(UnreadableFile, match=sentence):
        FORMATS["qti-2.2"].read(data)


def test_a_package_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(qti_package, "MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(UnreadableFile, match="Split it"):
        FORMATS["qti-2.2"].read(FORMATS["qti-2.2"].write(bank_of([SINGLE])).data)


@pytest.mark.parametrize("name", ["gift", "aiken", "csv"])
def test_files_that_are_not_text_are_refused(name):
    with pytest.raises(UnreadableFile, match=r"not UTF-8 \(byte 6\)\. Save it"):
        FORMATS[name].read(b"Caf\xc3\xa9\xe9")
    with pytest.raises(UnreadableFile, match="Line 2 has a control character"):
        FORMATS[name].read(b"one\ntwo\x00")
    with pytest.raises(UnreadableFile, match="larger than 10 MB"):
        FORMATS[name].read(b"x" * (report.MAX_BYTES + 1))


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", b'type,stem\n"single,x', b'type,"stem', b"x" * 200_000])
def test_a_table_without_our_columns_or_with_an_unclosed_cell_is_refused(data):
    with pytest.raises(UnreadableFile, match=r"column names|not valid CSV"):
        FORMATS["csv"].read(data)


@given(st.sampled_from(["gift", "aiken", "csv"]), st.text(alphabet='ab ~=#{}:\\\n->%[]".,;A)', max_size=60))
def test_no_text_crashes_a_reader(name, text):
    data = ("ANSWER: A\n" if name == "aiken" else "type,stem,more\n" if name == "csv" else "") + text
    with suppress(UnreadableFile):
        FORMATS[name].read(data.encode())

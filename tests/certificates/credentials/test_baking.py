"""Badges in pictures: the official samples, Pillow as a second reader, and hostile files."""

import io
import json
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from course.certificates.credentials import baking
from course.certificates.credentials.baking import NotBaked

SAMPLES = Path(__file__).parents[2] / "data" / "ob3" / "examples"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path d="M0 0h4v4z"/></svg>'
TEXTS = st.text(st.characters(codec="utf-8"), max_size=300)


def drawn(size=4):
    out = io.BytesIO()
    Image.new("RGBA", (size, size), "teal").save(out, "PNG")
    return out.getvalue()


PICTURE = drawn()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_chunks(*chunks):
    return PICTURE[:33] + b"".join(chunks) + PICTURE[33:]


def itxt(rest, keyword=baking.KEYWORD):
    return chunk(b"iTXt", keyword + b"\0" + rest)


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_badges_of_the_official_samples_are_read(kind):
    read = baking.from_png if kind == "png" else baking.from_svg
    badge = json.loads(read((SAMPLES / f"simple-json.{kind}").read_bytes()))
    assert badge["name"] == "Teamwork Badge"
    token = read((SAMPLES / f"simple-jwt.{kind}").read_bytes())
    assert token.startswith("eyJ")
    assert token.count(".") == 2


@given(TEXTS)
def test_pillow_reads_the_baked_text_and_the_same_picture(text):
    baked = baking.into_png(PICTURE, text)
    opened = Image.open(io.BytesIO(baked))
    assert opened.text["openbadgecredential"] == text
    assert opened.tobytes() == Image.open(io.BytesIO(PICTURE)).tobytes()
    assert baked[33 + 4 : 33 + 8] == b"iTXt"  # right after the header
    assert baking.from_png(baked) == text


@given(st.dictionaries(TEXTS, TEXTS, max_size=3))
@example({"]]>": "]]>]]>", "\uffff": "\ufffe \u2028 \x85 \r\n"})
def test_a_baked_svg_gives_its_badge_back(badge):
    baked = baking.into_svg(SVG, json.dumps(badge, ensure_ascii=False))
    assert json.loads(baking.from_svg(baked.encode())) == badge
    assert baked.count("</svg>") == 1


def test_a_compressed_badge_of_another_issuer_is_read():
    assert baking.from_png(with_chunks(itxt(b"\1\0\0\0" + zlib.compress(b"{}")))) == "{}"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a PNG"),
        (PICTURE[:-3], "incomplete"),
        (PICTURE[:-14], "incomplete"),
        (PICTURE[:33], "incomplete"),
        (PICTURE, "no badge in it"),
        (PICTURE[:45] + b"x" + PICTURE[46:], "damaged"),
        (with_chunks(itxt(b"\0\0\0\0{}"), itxt(b"\0\0\0\0{}")), "more than one"),
        (with_chunks(itxt(b"\1\0\0\0" + zlib.compress(b"0" * 50_000_000))), "too long"),
        (with_chunks(itxt(b"\0\0\0\0" + b" " * 1_000_001)), "too long"),
        (with_chunks(itxt(b"\1\0\0\0nonsense")), "can't be read"),
        (with_chunks(itxt(b"\0\0\0\0\xff")), "can't be read"),
        (baking.PNG + chunk(b"IDAT", b""), "damaged"),
        (with_chunks(*[chunk(b"tEXt", b"")] * 20_001), "too many parts"),
        (baking.PNG + struct.pack(">I", 2**31) + b"IHDR" + b"0000", "damaged"),
    ],
    ids=lambda value: value if isinstance(value, str) else str(len(value)),
)
def test_a_png_without_one_intact_badge_is_refused_with_a_reason(data, words):
    with pytest.raises(NotBaked, match=words):
        baking.from_png(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "can't be read"),
        (b"<svg", "can't be read"),
        (b"<html/>", "not an SVG image"),
        (SVG.encode() + b" " * 1_000_000, "too large"),
        (SVG.encode(), "no badge in it"),
        (f'<svg xmlns:o="{baking.NAMESPACE}"><o:credential/><o:credential/></svg>'.encode(), "more than one"),
        (b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><svg>&b;</svg>', "can't be read"),
        (b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>', "can't be read"),
        (b'<?xml version="1.0" encoding="nonsense"?><svg/>', "can't be read"),
    ],
    ids=lambda value: value if isinstance(value, str) else str(len(value)),
)
def test_an_svg_without_one_readable_badge_is_refused_with_a_reason(data, words):
    with pytest.raises(NotBaked, match=words):
        baking.from_svg(data)


def test_a_deep_svg_is_read_without_building_it():
    deep = b"<svg>" + b"<g>" * 140_000 + b"</g>" * 140_000 + b"</svg>"
    with pytest.raises(NotBaked, match="no badge in it"):
        baking.from_svg(deep)


@given(st.binary(max_size=200))
@example(baking.PNG)
@example(b"\x00<\x00s\x00v\x00g")
def test_any_bytes_are_refused_without_an_error(data):
    for read in (baking.from_png, baking.from_svg):
        with pytest.raises(NotBaked):
            read(data)


@given(st.integers(0, len(PICTURE) + 60), st.integers(1, 255))
def test_any_changed_byte_in_a_png_is_noticed(place, change):
    baked = bytearray(baking.into_png(PICTURE, '{"a": 1}'))
    baked[place % len(baked)] ^= change
    with pytest.raises(NotBaked):
        baking.from_png(bytes(baked))

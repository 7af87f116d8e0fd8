"""Ten thousand names, real and random: each is printed whole or refused with a reason, and none shows a box."""

import dataclasses
import io
import json
import re
import unicodedata
from random import Random

import pikepdf
import pypdfium2
import pytest

from course.certificates.issuing import pdf
from course.platform.typesetting import compiler, letters
from tests.certificates.issuing.test_pdf import BADGE, FACTS
from tests.sampling import times

NAMES, BATCH = times(10_000, few=1_000), 500
TEMPLATE = """
#set document(title: "Names", date: datetime(year: 2026, month: 3, day: 2))
#set text(font: "Libertinus Serif", size: 6pt)
#for name in json(bytes(sys.inputs.data)) [#name #parbreak()]
"""


def block(*ranges):
    points = [chr(point) for first, last in ranges for point in range(first, last + 1)]
    return [letter for letter in points if unicodedata.category(letter) != "Cn"]


ALPHABETS = {
    "latin": block((0x41, 0x5A), (0x61, 0x7A), (0xC0, 0x24F), (0x1E00, 0x1EFF)),
    "cyrillic": block((0x400, 0x45F)),
    "greek": block((0x386, 0x3CE)),
    "hebrew": block((0x5D0, 0x5EA), (0x5B0, 0x5BC)),
    "arabic": block((0x621, 0x64A), (0x64B, 0x652), (0x671, 0x6D3)),
    "devanagari": block((0x904, 0x94D)),
    "bengali": block((0x985, 0x9CD)),
    "tamil": block((0xB85, 0xBCD)),
    "telugu": block((0xC05, 0xC4D)),
    "thai": block((0xE01, 0xE2E), (0xE30, 0xE4E)),
    "khmer": block((0x1780, 0x17D2)),
    "georgian": block((0x10D0, 0x10F0)),
    "ethiopic": block((0x1200, 0x1248)),
    "kana": block((0x3041, 0x3096), (0x30A1, 0x30FA)),
    "han": block((0x4E00, 0x9FFF)),
    "rare-han": block((0x20000, 0x20FFF)),
    "hangul": block((0xAC00, 0xD7A3)),
}
ODD = [
    *"’'-.,()#*_$\\&<>\"0123",
    "\u00a0",
    "\u3000",
    "\u200b",
    "\u200c",
    "\u200d",
    "\u200e",
    "\u202e",
    "\u2066",
    "\u00ad",
    "\ufeff",
    "\x00",
    "\n",
    "\t",
    "\ud800",
    "\ue000",
    "\uffff",
    "\u0301",
    "\u0338",
    "\u20dd",
    "\ufe0f",
    "\u3164",
    "😀",
    "👩‍⚕️",
    "🇺🇸",
    "♥",
]


def word(chance, alphabet):
    """Return a random word. It usually begins with a letter, not with a mark."""
    made = chance.choices(alphabet, k=chance.choice((1, 2, 5, 8, 8, 12)))
    while chance.random() < 0.98 and not made[0].isalpha():
        made[0] = chance.choice(alphabet)
    return "".join(made)


def name(number):
    """Return a random name of one or more alphabets.

    Some have characters that do not belong in a name, and a tenth are about as long as a name may be.
    """
    chance = Random(number)
    kinds = chance.sample(list(ALPHABETS), chance.choice((1, 1, 1, 2, 3)))
    parts = [word(chance, ALPHABETS[chance.choice(kinds)]) for _ in range(chance.choice((1, 2, 2, 3, 4)))]
    if chance.random() < 0.1:
        parts *= 200
    made = list(" ".join(parts)[: chance.choice((199, 200, 200, 201))])
    if chance.random() < 0.3:
        made.insert(chance.randrange(len(made) + 1), chance.choice(ODD))
    if chance.random() < 0.02:
        made.insert(0, chr(chance.choice((*range(0xD800), *range(0xE000, 0x110000)))))
    return "".join(made)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("names") / "names.typ"
    path.write_text(TEMPLATE)
    return path


def glyphs(document):
    """Return the number of every glyph that is drawn."""
    with pikepdf.open(io.BytesIO(document)) as opened:
        for page in opened.pages:
            for operands, operator in pikepdf.parse_content_stream(page, "Tj TJ"):
                runs = operands[0] if str(operator) == "TJ" else operands
                for run in (bytes(one) for one in runs if isinstance(one, pikepdf.String)):
                    yield from (int.from_bytes(run[place : place + 2]) for place in range(0, len(run), 2))


def print_names(template, names):
    """Return the names that can be printed, the letters that the fonts lack, and a document with those names."""
    lacking = set()
    while True:
        printable = [one for one in names if not any(letter in one for letter in lacking)]
        try:
            return printable, lacking, compiler.pdf(template, {"data": json.dumps(printable)})
        except compiler.NotPrintable as refusal:
            lacking |= set(refusal.letters)


@pytest.mark.parametrize("first", range(0, NAMES, BATCH))
def test_each_name_is_printed_or_refused_with_a_reason_and_none_shows_a_box(template, first):
    names = [letters.tidy(name(number)) for number in range(first, first + BATCH)]
    sound = [one for one in names if letters.fault(one) is None]
    printed, lacking, document = print_names(template, sound)
    assert len(printed) > BATCH / 4
    assert lacking, "each batch has letters of Bengali or Ethiopic"
    assert 0 not in set(glyphs(document))


def test_a_box_would_be_noticed(template):
    """The glyph number of the box is 0 in every font."""
    with_box = compiler.typst.compile(
        template,
        format="pdf",
        sys_inputs={"data": json.dumps(["Ann ꙮ\U0001f600"])},
        font_paths=compiler.fonts(template.parent),
    )
    assert 0 in set(glyphs(with_box))


@pytest.mark.parametrize("script", ["latin", "cyrillic", "greek", "georgian", "kana", "han", "hangul"])
def test_a_printed_name_can_be_read_back_from_the_certificate(script):
    chance = Random(script)
    for _ in range(4):
        one = letters.tidy(f"{word(chance, ALPHABETS[script])} {word(chance, ALPHABETS[script])}")
        if letters.fault(one) is None:
            page = pypdfium2.PdfDocument(pdf.render(dataclasses.replace(FACTS, name=one), BADGE))[0]
            text = unicodedata.normalize("NFC", page.get_textpage().get_text_bounded())
            assert one in " ".join(text.split())


@pytest.mark.parametrize("number", range(0, NAMES, 101))
def test_a_certificate_is_made_or_refused_with_a_sentence(number):
    facts = dataclasses.replace(FACTS, name=letters.tidy(name(number)))
    why = pdf.refusal(facts)
    if why is None:
        assert 0 not in set(glyphs(pdf.render(facts, BADGE)))
    else:
        assert why.endswith(".")
        with pytest.raises(pdf.NameNotPrintable, match=re.escape(why)):
            pdf.render(facts, BADGE)

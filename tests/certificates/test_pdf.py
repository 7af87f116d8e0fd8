"""The document, opened and read back by programs that did not make it."""

import dataclasses
import io
from datetime import UTC, date, datetime

import pikepdf
import pypdfium2
import pytest
import zxingcpp

from course.certificates import pdf
from course.certificates.facts import Approval, Facts, ModuleFacts, contact_hours, hours

FACTS = Facts(
    code="7K2M-9QWX-3T5B-8ZNH", cycle=1, name="María Nowak-Łęcka", profession="PT", licence_number="PT 40213",
    licence_state="FL", licence_state_name="Florida", course_id="needling-safety",
    course_title="Adverse events and emergency response in dry needling", course_version="1.0", content_hash="ab" * 32,
    modules=(
        ModuleFacts(
            id="adverse-events", title="Adverse events and emergency response", domain="safety", version="1.0",
            digest="cd" * 32, minutes=60, objectives=("Sort events by severity.", "Quote the rates."), review="awaiting",
        ),
    ),
    minutes={"self_paced_online": 60, "live_online": 0, "in_person": 90},
    assessments=(("Quiz: Adverse events", date(2026, 3, 1)),),
    completed_on=date(2026, 3, 1), time_zone="America/New_York", issued_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
    issued_on=date(2026, 3, 2), provider_name="Dry Needling Continuing Education", provider_number="50-1234",
    provider_address="1 Example Street", provider_contact="help@example.org", instructor=None,
    approvals=(Approval(state="TX", number="TX-99"),), issued_by="Ada Admin",
    verify_url="https://learn.example.org/verify/7K2M-9QWX-3T5B-8ZNH", template_version="abc",
)  # fmt: skip


def text_of(document: bytes) -> str:
    opened = pypdfium2.PdfDocument(document)
    return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in opened).split())


@pytest.fixture(scope="module")
def document() -> bytes:
    return pdf.render(FACTS)


@pytest.mark.parametrize(
    "fact",
    [
        "Certificate of completion", FACTS.code, FACTS.name, "Physical therapist, Florida licence PT 40213",
        FACTS.course_title, "2.5 contact hours", "Self-paced online, In person", "March 1, 2026", "March 2, 2026",
        FACTS.provider_name, "Provider number 50-1234", "TX TX-99", "Ada Admin", "Self-paced, no live instructor",
        "Self-paced online 60 1", "In person 90 1.5", "Together 150 2.5",
        FACTS.verify_url, "Sort events by severity.",
        "awaited review", "America/New_York", "Education, not licensure",
    ],
)  # fmt: skip
def test_every_fact_is_printed(document, fact):
    assert fact in text_of(document)


def test_it_never_says_certified_or_licensed(document):
    assert "certified" not in text_of(document).lower()
    assert "licensed" not in text_of(document).lower()


def test_the_qr_code_leads_to_the_verify_address(document):
    picture = pypdfium2.PdfDocument(document)[0].render(scale=3).to_pil()
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [FACTS.verify_url]


def test_it_is_tagged_archival_and_says_its_language(document):
    with pikepdf.open(io.BytesIO(document)) as opened:
        root = opened.Root
        assert str(root.Lang) == "en"
        assert bool(root.MarkInfo.Marked)
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert "/OutputIntents" in root
        meta = opened.open_metadata()
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("2", "A", "1")
        figures = [one for one in elements(root.StructTreeRoot) if one.get("/S") == "/Figure"]
        assert len(figures) == 1
        assert FACTS.verify_url in str(figures[0].Alt)
        headings = {str(one.S) for one in elements(root.StructTreeRoot) if str(one.get("/S", "")).startswith("/H")}
        assert headings >= {"/H1", "/H2"}


def elements(node):
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary):
            yield kid
            yield from elements(kid)


def test_every_font_is_embedded(document):
    with pikepdf.open(io.BytesIO(document)) as opened:
        fonts = [font for page in opened.pages for font in page.Resources.Font.values()]
        kinds = [font.DescendantFonts[0].FontDescriptor for font in fonts]
        assert fonts
        assert all("/FontFile2" in kind or "/FontFile3" in kind for kind in kinds)


def test_equal_facts_give_equal_bytes(document):
    assert pdf.render(FACTS) == document


@pytest.mark.parametrize("name", ["Nguyễn Thị Ánh", "Ёлкин Юрий", "Ελένη Παπαδοπούλου", "Żółć Gęślą", "O’Brien-Smith"])
def test_names_of_many_alphabets_are_printed(name):
    assert name in text_of(pdf.render(dataclasses.replace(FACTS, name=name)))


def test_a_name_without_glyphs_is_refused_and_never_printed_as_boxes():
    with pytest.raises(pdf.NameNotPrintable):
        pdf.render(dataclasses.replace(FACTS, name="山田太郎"))


@pytest.mark.parametrize("name", ['#panic("x")', "*bold* _em_", "$x^2$", "a\\b", "[link](x)"])
def test_a_name_that_looks_like_markup_is_printed_as_it_is(name):
    assert name in text_of(pdf.render(dataclasses.replace(FACTS, name=name)))


def test_long_names_and_titles_stay_on_the_first_page():
    long = dataclasses.replace(FACTS, name="Wilhelmina " * 8, course_title="Needling near the lung, " * 6)
    opened = pypdfium2.PdfDocument(pdf.render(long))
    page = opened[0].get_textpage()
    width, height = opened[0].get_size()
    boxes = [page.get_charbox(n) for n in range(page.count_chars())]
    assert all(left >= 0 and right <= width and low >= 0 and high <= height for left, low, right, high in boxes)
    assert "Certificate number" in page.get_text_bounded() or "CERTIFICATE NUMBER" in page.get_text_bounded()
    assert "Education, not licensure" in page.get_text_bounded()


def test_without_a_printed_licence_number_only_the_state_stands():
    text = text_of(pdf.render(dataclasses.replace(FACTS, licence_number=None)))
    assert "Physical therapist, Florida" in text
    assert "40213" not in text


def test_facts_survive_their_way_through_json():
    assert Facts.from_json(FACTS.to_json()) == FACTS


@pytest.mark.parametrize(("minutes", "said"), [(60, "1"), (75, "1.25"), (89, "1.25"), (0, "0"), (600, "10")])
def test_hours_go_down_to_the_quarter(minutes, said):
    assert hours(minutes) == said


def test_one_hour_is_singular():
    assert contact_hours(60) == "1 contact hour"

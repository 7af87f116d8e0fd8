"""The document, read by programs other than the one that made it."""

import dataclasses
import hashlib
import io
import itertools
import json
import re
from datetime import UTC, date, datetime

import numpy as np
import pikepdf
import pypdfium2
import pytest
import zxingcpp

from course.certificates.credentials import pdf_signing
from course.certificates.credentials.pdf_signing import SignatureFinding
from course.certificates.issuing import numbers, pdf
from course.certificates.issuing.facts import Approval, Facts, ModuleFacts, contact_hours, hours
from course.certificates.issuing.samples import samples
from course.content.schema.course import Provider
from course.platform.typesetting import compiler
from tests.sampling import times

FACTS = Facts(
    code="7K2M-9QWX-3T5B-8ZNH",
    cycle=1,
    name="María Nowak-Łęcka",
    profession="PT",
    license_number="PT 40213",
    license_state="FL",
    license_state_name="Florida",
    course_id="needling-safety",
    course_title="Adverse events and emergency response in dry needling",
    course_version="1.0",
    content_hash="ab" * 32,
    modules=(
        ModuleFacts(
            id="adverse-events",
            title="Adverse events and emergency response",
            domain="safety",
            version="1.0",
            digest="cd" * 32,
            minutes=60,
            objectives=("Sort events by severity.", "Quote the rates."),
            review="awaiting",
        ),
    ),
    minutes={"self_paced_online": 60, "live_online": 0, "in_person": 90},
    assessments=(("Quiz: Adverse events", date(2026, 3, 1)),),
    completed_on=date(2026, 3, 1),
    time_zone="America/New_York",
    issued_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
    issued_on=date(2026, 3, 2),
    provider_name="Dry Needling Continuing Education",
    provider_number="50-1234",
    provider_address="1 Example Street",
    provider_contact="help@example.org",
    instructor=None,
    approvals=(Approval(state="TX", number="TX-99"),),
    issued_by="Ada Admin",
    verify_url="https://learn.example.org/verify/7K2M-9QWX-3T5B-8ZNH",
    template_version="abc",
)


SCALE = 3
INNER_FRAME = 11.7 / 25.4 * 72  # points from the edge of the front page
MANY = tuple(
    Approval(state=one, number=f"{one}-2026-000017") for one in ("TX", "NV", "IA", "CA", "WA", "OR", "FL", "AZ")
)


SAMPLES = samples(
    Provider(name="Dry Needling Continuing Education", number=None, address=None, contact=None),
    "https://learn.example.org",
)
BADGE = '{"type": ["VerifiableCredential", "OpenBadgeCredential"], "name": "María 漢"}'


def render(facts: Facts) -> bytes:
    return pdf.render(facts, BADGE)


def text_of(document: bytes) -> str:
    opened = pypdfium2.PdfDocument(document)
    return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in opened).split())


@pytest.fixture(scope="module")
def document() -> bytes:
    return render(FACTS)


@pytest.mark.parametrize(
    "fact",
    [
        "Certificate of completion",
        FACTS.code,
        FACTS.name,
        "Physical therapist, Florida license PT 40213",
        FACTS.course_title,
        "2.5 contact hours",
        "1 self-paced online, 1.5 in person",
        "March 1, 2026",
        "March 2, 2026",
        FACTS.provider_name,
        "Provider number 50-1234",
        "TX TX-99",
        "Ada Admin",
        "Self-paced, no live instructor",
        "Self-paced online 60 1",
        "Live online 0 0",
        "In person 90 1.5",
        "Total 150 2.5",
        "safety 60 1",
        "Adverse events and emergency response safety 1.0 awaited 60",
        "Quiz: Adverse events March 1, 2026",
        FACTS.verify_url,
        "Sort events by severity.",
        FACTS.content_hash,
        "help@example.org",
        "clinical content awaits review",
        "awaited review",
        "America/New_York",
        "Education, not licensure",
    ],
)
def test_every_fact_is_printed(document, fact):
    assert fact in text_of(document)


def test_it_never_says_certified_or_licensed(document):
    assert "certified" not in text_of(document).lower()
    assert "licensed" not in text_of(document).lower()


def test_the_qr_code_leads_to_the_verification_page(document):
    assert [code.text for code in barcodes(document)] == [FACTS.verify_url]


@pytest.mark.parametrize("host", ["example.org", "department." * 6 + "example.org"])
def test_the_qr_code_is_at_least_25_mm_wide(host):
    url = f"https://{host}/verify/{FACTS.code}"
    [code] = barcodes(render(dataclasses.replace(FACTS, verify_url=url)))
    width = code.position.top_right.x - code.position.top_left.x
    assert code.text == url
    assert width / SCALE / 72 * 25.4 >= 25


def test_the_qr_code_of_any_number_can_be_read_small_and_large():
    for one in range(times(300, few=60)):
        url = f"https://learn.example.org/verify/{numbers.code_from(hashlib.sha256(str(one).encode()).digest()[:10])}"
        drawing = pdf.qr_code(url).matrix_iter(scale=1 + one % 8, border=4)
        picture = np.array([list(row) for row in drawing], dtype=np.uint8)
        assert [code.text for code in zxingcpp.read_barcodes(255 * (1 - picture))] == [url]


def barcodes(document):
    return zxingcpp.read_barcodes(pypdfium2.PdfDocument(document)[0].render(scale=SCALE).to_pil())


def test_the_address_on_the_front_can_be_copied_in_one_piece(document):
    assert FACTS.verify_url in pypdfium2.PdfDocument(document)[0].get_textpage().get_text_bounded()


@pytest.fixture(scope="module")
def signer(tmp_path_factory):
    return pdf_signing.ensure(tmp_path_factory.mktemp("data"), FACTS.provider_name, FACTS.issued_at)


@pytest.mark.parametrize("signed", [False, True], ids=["before-signing", "signed"])
def test_it_is_tagged_archival_and_states_its_language(document, signer, signed):
    document = signer.sign(document) if signed else document
    with pikepdf.open(io.BytesIO(document)) as opened:
        root = opened.Root
        assert str(root.Lang) == "en"
        assert bool(root.MarkInfo.Marked)
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert "/OutputIntents" in root
        meta = opened.open_metadata()
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("3", "A", "1")
        figures = [one for one in elements(root.StructTreeRoot) if one.get("/S") == "/Figure"]
        assert len(figures) == 1
        assert FACTS.verify_url in str(figures[0].Alt)
        headings = {str(one.S) for one in elements(root.StructTreeRoot) if str(one.get("/S", "")).startswith("/H")}
        assert headings >= {"/H1", "/H2"}


@pytest.mark.parametrize("slug", SAMPLES)
def test_every_sample_is_tagged_and_archival(slug):
    with pikepdf.open(io.BytesIO(render(SAMPLES[slug][1]))) as opened:
        assert opened.check_pdf_syntax() == []
        assert "/StructTreeRoot" in opened.Root
        assert {str(page.Tabs) for page in opened.pages} == {"/S"}
        parts = list(elements(opened.Root.StructTreeRoot))
        levels = [int(str(one.S)[2:]) for one in parts if re.fullmatch("/H[1-6]", str(one.get("/S")))]
        assert levels[:2] == [1, 2]
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
        assert all(str(one.get("/Alt", "")) for one in parts if one.get("/S") == "/Figure")
        assert {"/Link", "/Table", "/TH", "/TD"} <= {str(one.get("/S")) for one in parts}
        fonts = [font for page in opened.pages for font in page.Resources.Font.values()]
        assert all("/ToUnicode" in font for font in fonts)


def elements(node):
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary):
            yield kid
            yield from elements(kid)


@pytest.mark.parametrize("signed", [False, True], ids=["before-signing", "signed"])
def test_the_badge_is_attached_byte_for_byte(document, signer, signed):
    with pikepdf.open(io.BytesIO(signer.sign(document) if signed else document)) as opened:
        assert opened.attachments["credential.json"].get_file().read_bytes() == BADGE.encode()
        (associated,) = opened.Root.AF
        assert str(associated.AFRelationship) == "/Supplement"


class TestSignature:
    def test_the_signed_bytes_come_first_and_are_intact(self, document, signer):
        signed = signer.sign(document)
        assert signed.startswith(document)
        assert signer.check(signed) is SignatureFinding.INTACT

    def test_one_changed_byte_anywhere_is_found(self, document, signer):
        signed = signer.sign(document)
        for place in range(2000, len(document), len(document) // 6):
            changed = bytearray(signed)
            changed[place] ^= 1
            assert signer.check(bytes(changed)) is not SignatureFinding.INTACT

    def test_bytes_after_the_signature_are_found(self, document, signer):
        with pikepdf.open(io.BytesIO(signer.sign(document))) as opened:
            opened.docinfo["/Title"] = "Another"
            out = io.BytesIO()
            opened.save(out)
        assert signer.check(out.getvalue()) is not SignatureFinding.INTACT
        assert signer.check(signer.sign(document) + b"\n%more") is not SignatureFinding.INTACT

    @pytest.mark.parametrize("foreign", [b"", b"%PDF-1.7", b"\x89PNG", b"%PDF-1.7\ntrailer<</Root 1 0 R>>\n%%EOF"])
    def test_an_unsigned_document_is_not_recognized(self, document, signer, foreign):
        assert signer.check(foreign) is SignatureFinding.FOREIGN
        assert signer.check(document) is SignatureFinding.FOREIGN

    def test_another_site_with_the_same_name_is_not_recognized(self, document, signer, tmp_path):
        other = pdf_signing.ensure(tmp_path, FACTS.provider_name, FACTS.issued_at)
        assert signer.check(other.sign(document)) is SignatureFinding.FOREIGN

    def test_an_older_key_still_proves_what_it_signed(self, document, tmp_path):
        before = pdf_signing.ensure(tmp_path, FACTS.provider_name, FACTS.issued_at)
        pdf_signing.add_own_key(tmp_path, FACTS.provider_name, FACTS.issued_at)
        after = pdf_signing.ensure(tmp_path, FACTS.provider_name, FACTS.issued_at)
        assert len(after.roots) == 2
        assert after.check(before.sign(document)) is SignatureFinding.INTACT
        assert before.check(after.sign(document)) is SignatureFinding.FOREIGN


def test_every_font_is_embedded(document):
    with pikepdf.open(io.BytesIO(document)) as opened:
        fonts = [font for page in opened.pages for font in page.Resources.Font.values()]
        kinds = [font.DescendantFonts[0].FontDescriptor for font in fonts]
        assert fonts
        assert all("/FontFile2" in kind or "/FontFile3" in kind for kind in kinds)


def test_equal_facts_give_equal_bytes(document):
    assert render(FACTS) == document


def test_its_date_is_the_moment_of_issue(document):
    with pikepdf.open(io.BytesIO(document)) as opened:
        assert str(opened.docinfo.CreationDate) == "D:20260302090000Z"


@pytest.mark.parametrize(
    "name",
    [
        "Nguyễn Thị Ánh",
        "Ёлкин Юрий",
        "Ελένη Παπαδοπούλου",
        "Żółć Gęślą",
        "O’Brien-Smith",
        "山田太郎",
        "김철수",
        "สมชาย ใจดี",
    ],
)
def test_names_of_many_alphabets_are_printed(name):
    assert name in text_of(render(dataclasses.replace(FACTS, name=name)))


@pytest.mark.parametrize("name", ["রাজেশ কুমার", "Ann 😀", "Ann \ue000"])
def test_a_name_without_glyphs_is_refused_and_never_printed_as_boxes(name):
    with pytest.raises(pdf.NameNotPrintable):
        render(dataclasses.replace(FACTS, name=name))


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\x07", "\x00", "\n", "\ud800"])
def test_a_name_that_would_print_as_another_is_refused(hidden):
    with pytest.raises(pdf.NameNotPrintable):
        render(dataclasses.replace(FACTS, name=f"Ann{hidden}Lee"))


def test_a_broken_template_is_not_blamed_on_the_name(tmp_path):
    (tmp_path / "broken.typ").write_text("one\n#panic()")
    with pytest.raises(compiler.BrokenTemplate, match=r"broken\.typ, line 2"):
        pdf.render(FACTS, BADGE, pdf.Template(tmp_path / "broken.typ", "abc"))


def test_a_letter_of_another_fact_is_not_blamed_on_the_name():
    with pytest.raises(compiler.BrokenTemplate, match="have no র"):
        render(dataclasses.replace(FACTS, course_title="Safety র"))


@pytest.mark.parametrize("name", ['#panic("x")', "*bold* _em_", "$x^2$", "a\\b", "[link](x)"])
def test_a_name_that_looks_like_markup_is_printed_as_it_is(name):
    assert name in text_of(render(dataclasses.replace(FACTS, name=name)))


@pytest.mark.parametrize(
    "name",
    ["Ann Lee", "Wilhelmina " * 18, "W" * 200, "Featherstonehaugh-Wolfeschlegelstein " * 5, "山田" * 100, "محمد " * 40],
)
@pytest.mark.parametrize("title", ["Safety", "Needling near the lung, " * 6])
def test_whatever_their_length_the_facts_stay_inside_the_frame(name, title):
    instructor = "Jane Q. Instructor, PT, DPT, OCS, and John Secondperson, PT, PhD, FAAOMPT"
    long = dataclasses.replace(FACTS, name=name, course_title=title, approvals=MANY, instructor=instructor)
    front = pypdfium2.PdfDocument(render(long))[0]
    page, (width, height) = front.get_textpage(), front.get_size()
    boxes = [page.get_charbox(n) for n in range(page.count_chars())]
    assert min(left for left, *_ in boxes) >= INNER_FRAME
    assert min(low for _, low, *_ in boxes) >= INNER_FRAME
    assert max(right for _, _, right, _ in boxes) <= width - INNER_FRAME
    assert max(high for *_, high in boxes) <= height - INNER_FRAME
    assert "CERTIFICATE NUMBER" in page.get_text_bounded()
    assert "Education, not licensure" in page.get_text_bounded()


@pytest.mark.parametrize("letter", ["W", "i", "م"])
def test_a_name_without_a_space_is_broken_inside_the_margins_and_stays_readable(letter):
    name = letter * 200
    document = pypdfium2.PdfDocument(render(dataclasses.replace(FACTS, name=name, issued_by=name, signer=name)))
    letters_ = 0
    for sheet in document:
        page = sheet.get_textpage()
        boxes = [page.get_charbox(n) for n in range(page.count_chars())]
        assert max(right for _, _, right, _ in boxes) <= sheet.get_width() - INNER_FRAME
        letters_ += page.get_text_bounded().count(letter)
    assert letters_ >= 3 * len(name)
    front = document[0].get_textpage()
    first = next(n for n in range(front.count_chars()) if front.get_text_range(n, 1) == letter)
    _, low, _, high = front.get_charbox(first)
    assert high - low > 5  # points; a hairline before


def test_twelve_modules_end_on_the_third_page():
    modules = tuple(dataclasses.replace(FACTS.modules[0], title=f"Module {n}") for n in range(12))
    document = render(dataclasses.replace(FACTS, modules=modules, assessments=FACTS.assessments * 12))
    assert len(pypdfium2.PdfDocument(document)) <= 3
    assert all(module.title in text_of(document) for module in modules)


def test_of_many_approvals_the_front_page_shows_the_license_state_and_the_record_all():
    document = render(dataclasses.replace(FACTS, approvals=MANY))
    front = pypdfium2.PdfDocument(document)[0].get_textpage().get_text_bounded()
    assert "FL FL-2026-000017 and 7 more under" in front
    assert all(f"{approval.state} {approval.number}" in text_of(document) for approval in MANY)


def test_reviewed_content_is_not_marked_as_awaiting_review():
    reviewed = (dataclasses.replace(FACTS.modules[0], review="reviewed"),)
    assert "await" not in text_of(render(dataclasses.replace(FACTS, modules=reviewed)))


def test_without_a_license_number_only_the_state_is_printed():
    text = text_of(render(dataclasses.replace(FACTS, license_number=None)))
    assert "Physical therapist, Florida" in text
    assert "40213" not in text


@pytest.mark.parametrize(("number", "shown"), [("PT 40213", "ends in 213"), ("402", None), (None, None)])
def test_the_public_page_shows_only_the_last_digits_of_a_long_license_number(number, shown):
    assert dataclasses.replace(FACTS, license_number=number).masked_license == shown


def test_facts_survive_json():
    bare = dataclasses.replace(FACTS, approvals=MANY, assessments=(), modules=(), license_number=None)
    for facts in (FACTS, bare, dataclasses.replace(FACTS, valid_until=date(2028, 3, 1))):
        assert Facts.from_json(json.loads(json.dumps(facts.to_json()))) == facts


def test_facts_stored_before_a_field_was_added_can_be_read():
    stored = FACTS.to_json()
    del stored["valid_until"], stored["signer"]
    assert Facts.from_json(stored) == FACTS


def test_a_signer_is_printed_only_if_the_provider_names_one(document):
    assert "signer" not in text_of(document).lower()
    signed = text_of(render(dataclasses.replace(FACTS, signer="Jane Doe, PT, Director")))
    assert "AUTHORIZED SIGNER Jane Doe, PT, Director" in signed
    assert "Issued by Ada Admin" in signed


def test_the_last_day_is_printed_if_there_is_one(document):
    assert "valid until" not in text_of(document)
    ending = render(dataclasses.replace(FACTS, valid_until=date(2028, 3, 1)))
    assert "March 2, 2026, valid until March 1, 2028" in text_of(ending)


@pytest.mark.parametrize(("minutes", "said"), [(60, "1"), (75, "1.25"), (89, "1.25"), (0, "0"), (600, "10")])
def test_hours_are_rounded_down_to_the_quarter(minutes, said):
    assert hours(minutes) == said


def test_one_hour_is_singular():
    assert contact_hours(60) == "1 contact hour"

"""The transcript's pages and files; records from elsewhere and who checks them."""

import csv
import io
import re
from datetime import date, timedelta

import pikepdf
import pypdfium2
import pytest

from course.certificates.issuing import ending
from course.certificates.issuing.models import Reason
from course.platform import db, file_types, jobs
from course.platform.audit.models import AuditEvent
from course.reporting.transcripts import actions, queries
from course.reporting.transcripts.models import OtherRecord, State
from tests import factories
from tests.factories import NOON

PDF, PNG, JPEG = b"%PDF-1.7 x", b"\x89PNG\r\n\x1a\n x", b"\xff\xd8\xff x"
GOOD = {
    "title": "Needling the hip",
    "provider": "Elsewhere Seminars",
    "approval": "",
    "mode": "in_person",
    "minutes": "300",
    "completed_on": "2026-01-20",
}


def form(**values):
    document = values.pop("document", (io.BytesIO(PDF), "proof.pdf"))
    return GOOD | values | ({"document": document} if document else {})


def text_of(data):
    with pypdfium2.PdfDocument(data) as document:
        return " ".join(page.get_textpage().get_text_range() for page in document)


@pytest.fixture
def mine(pages, learner):
    return pages.as_(learner)


class TestTranscript:
    def test_it_sums_each_period_of_each_license_in_the_states_own_hours(self, app, pages, learner, admin):
        for state in ("CA", "OH"):
            factories.license_in(app, learner, state, expires_on=date(2026, 12, 31), renewal_months=24)
        factories.issue(app, learner, admin)
        factories.add_record(app, learner, minutes=240)
        text = pages.as_(learner).get("/transcript").text
        assert "January 1, 2025 to December 31, 2026" in text
        assert "An hour here is 50 minutes" in text
        assert "Besides, not verified 4 hours (240 minutes)" in text
        assert "Besides, not verified 4.75 hours (240 minutes)" in text

    def test_what_does_not_stand_is_shown_and_not_counted(self, app, mine, learner, admin):
        certificate = factories.issue(app, learner, admin)
        before = mine.get("/transcript").text
        assert re.search(r"Counted and verified 1\.\d+ hours", before)
        with app.app_context():
            ending.revoke(certificate, Reason.ISSUED_IN_ERROR, "x", actor=admin, now=NOON)
        after = mine.get("/transcript").text
        assert "revoked not counted" in after
        assert "Counted and verified 0 hours" in after

    def test_it_takes_as_many_queries_for_many_records_as_for_one(self, app, mine, learner, count_queries):
        def count():
            with count_queries() as queries:
                mine.get("/transcript")
            return len(queries)

        factories.add_record(app, learner)
        first = count()
        for _ in range(5):
            factories.add_record(app, learner)
        assert count() == first <= 6

    def test_the_table_is_read_by_a_spreadsheet_and_holds_no_formula(self, app, mine, learner):
        factories.add_record(app, learner, title='=HYPERLINK("http://evil.example")', provider="+1")
        data = mine.client.get("/transcript.csv").data
        (row,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
        assert (row["title"][:2], row["provider"], row["standing"]) == ("'=", "'+1", "not verified")

    def test_administrators_see_any_persons(self, app, pages, learner, admin):
        factories.add_record(app, learner)
        assert "Needling the shoulder" in pages.as_(admin).get(f"/admin/people/{learner.code}/transcript").text


class TestPdf:
    def test_it_is_an_accessible_document_of_what_the_page_shows(self, app, pages, admin):
        person = factories.person(app, "صلاح عبد الله")
        factories.license_in(app, person, "CA", expires_on=date(2026, 12, 31), renewal_months=24)
        factories.issue(app, person, admin)
        factories.add_record(app, person, title="山田 курс", provider="ไทย")
        data = pages.as_(person).client.get("/transcript.pdf").data
        with pikepdf.open(io.BytesIO(data)) as document:
            assert document.Root.MarkInfo.Marked
            assert str(document.Root.Lang).startswith("en")
            with document.open_metadata() as metadata:
                assert metadata["pdfuaid:part"] == "1"
        text = " ".join(text_of(data).split())
        assert "山田 курс" in text
        assert "Besides, not verified 240 4.75" in text

    def test_letters_without_a_font_are_named_and_nothing_is_printed_with_a_box(self, app, mine, learner):
        factories.add_record(app, learner, title="Needling \U00012000")
        page = mine.get("/transcript.pdf")
        assert page.status == 422
        assert "\U00012000" in page.text or "12000" in page.text

    def test_many_records_make_many_pages(self, app, mine, learner):
        for number in range(60):
            factories.add_record(app, learner, title=f"Course {number}")
        with pypdfium2.PdfDocument(mine.client.get("/transcript.pdf").data) as document:
            assert len(document) > 1


class TestRecord:
    @pytest.mark.parametrize(("data", "kind"), [(PDF, "application/pdf"), (PNG, "image/png"), (JPEG, "image/jpeg")])
    def test_it_is_added_with_its_document(self, app, mine, learner, data, kind):
        answer = mine.post("/transcript/records/new", form(document=(io.BytesIO(data), "x.exe")))
        assert answer.status == 303
        with app.app_context():
            (record,) = queries.records_of(learner.id)
            assert (record.checked, record.document_type) == (State.UNCHECKED, kind)
            assert queries.document_of(record) == (data, kind)
            assert db.session.query(AuditEvent).filter_by(event="transcript:record-added").count() == 1

    def test_the_document_is_served_so_that_a_browser_runs_nothing_in_it(self, app, mine, learner):
        record = factories.add_record(app, learner)
        response = mine.client.get(f"/transcript/records/{record.code}/document")
        assert response.headers["Content-Type"] == "application/pdf"
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert response.headers["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"minutes": "0"}, "Number must be between"),
            ({"mode": "telepathy"}, "Not a valid choice"),
            ({"completed_on": "2999-01-01"}, "Enter a day that has been"),
            ({"completed_on": "1066-01-01"}, "Enter a day that has been"),
            ({"title": " "}, "Enter the title"),
            ({"document": (io.BytesIO(b"<html>"), "proof.pdf")}, "This is no PDF, JPEG or PNG"),
            ({"document": (io.BytesIO(b""), "proof.pdf")}, "This is no PDF, JPEG or PNG"),
            ({"document": (io.BytesIO(PDF + bytes(100)), "proof.pdf")}, "10 MB is the most"),
        ],
    )
    def test_a_fault_adds_nothing(self, app, mine, wrong, message, monkeypatch):
        monkeypatch.setattr(file_types, "LARGEST", 100)
        page = mine.post("/transcript/records/new", form(**wrong))
        assert (page.status, message in page.text) == (422, True)
        with app.app_context():
            assert db.session.query(OtherRecord).count() == 0

    def test_more_than_a_form_may_hold_is_refused(self, mine):
        body = {"data": bytes(11_000_001), "content_type": "multipart/form-data; boundary=x"}
        assert mine.client.post("/transcript/records/new", **body).status_code == 413

    def test_a_change_without_a_new_document_keeps_the_old_one(self, app, mine, learner):
        record = factories.add_record(app, learner)
        mine.post(f"/transcript/records/{record.code}", form(document=None))
        with app.app_context():
            (record,) = queries.records_of(learner.id)
            assert (record.title, queries.document_of(record)[0]) == ("Needling the hip", b"%PDF-1.7 paper")

    def test_removing_takes_it_off_and_erases_its_document(self, app, mine, learner):
        record = factories.add_record(app, learner)
        mine.post(f"/transcript/records/{record.code}/remove")
        assert mine.post(f"/transcript/records/{record.code}/remove").status == 404
        assert "Needling the shoulder" not in mine.get("/transcript").text
        with app.app_context():
            assert db.session.query(OtherRecord.document).scalar() is None
            assert db.session.query(AuditEvent).filter_by(event="transcript:record-removed").count() == 1

    def test_nobody_adds_without_end(self, app, learner, monkeypatch):
        monkeypatch.setattr(actions, "MOST", 2)
        factories.add_record(app, learner)
        factories.add_record(app, learner)
        with pytest.raises(actions.TooMany):
            factories.add_record(app, learner)


class TestCheck:
    @pytest.fixture
    def record(self, app, learner):
        return factories.add_record(app, learner)

    @pytest.fixture
    def console(self, pages, admin):
        return pages.as_(admin)

    def seen(self, console, record):
        return re.search(
            r'name="seen" id="seen" value="([^"]+)"', console.get(f"/admin/records-elsewhere/{record.code}").html
        )[1]

    def decide(self, console, record, decision=State.VERIFIED, note="", seen=None):
        data = {"decision": decision, "note": note, "seen": seen or self.seen(console, record)}
        return console.post(f"/admin/records-elsewhere/{record.code}", data)

    def test_a_verified_record_counts_as_verified_and_the_learner_is_told(self, app, console, mine, record):
        assert "Needling the shoulder" in console.get("/admin/records-elsewhere/").text
        assert self.decide(console, record).status == 303
        assert "Counted and verified 4 hours" in mine.get("/transcript").text
        assert "Needling the shoulder" not in console.get("/admin/records-elsewhere/").text
        jobs.drain(app)
        assert "is verified" in console.get("/mailbox/").text

    def test_a_refusal_needs_a_reason_which_the_learner_reads(self, console, mine, record):
        assert self.decide(console, record, State.REFUSED).status == 422
        assert self.decide(console, record, State.REFUSED, "The paper is unsigned.").status == 303
        text = mine.get("/transcript").text
        assert "The paper is unsigned." in text
        assert "refused not counted" in text

    def test_a_change_ends_the_check(self, app, console, mine, learner, record):
        self.decide(console, record)
        mine.post(f"/transcript/records/{record.code}", form(document=None))
        with app.app_context():
            assert queries.records_of(learner.id)[0].checked is State.UNCHECKED

    def test_saving_without_a_change_keeps_the_check(self, app, console, mine, learner, record):
        self.decide(console, record)
        same = record.facts()
        mine.post(f"/transcript/records/{record.code}", same)
        with app.app_context():
            assert queries.records_of(learner.id)[0].checked is State.VERIFIED

    def test_a_record_that_was_changed_meanwhile_is_not_verified(self, app, console, mine, record):
        seen = self.seen(console, record)
        mine.post(f"/transcript/records/{record.code}", form(minutes="6000"))
        answer = self.decide(console, record, seen=seen)
        assert (answer.status, "changed or checked while" in answer.text) == (409, True)

    def test_nothing_is_verified_without_a_document_or_by_its_own_learner(self, app, console, learner, admin):
        bare = factories.add_record(app, learner, document=None)
        assert "nothing to hold it against" in self.decide(console, bare).text
        assert self.decide(console, bare, State.REFUSED, "No paper.").status == 303
        own = factories.add_record(app, admin)
        assert "Another administrator checks it" in self.decide(console, own).text

    def test_a_learner_checks_nothing(self, mine, record):
        assert mine.post(f"/admin/records-elsewhere/{record.code}", {"decision": State.VERIFIED}).status == 403


def test_records_live_on_both_databases(either_app):
    person, admin = factories.person(either_app, "Nora Needle"), factories.person(either_app, "Ada Admin", role="admin")
    record = factories.add_record(either_app, person)
    with either_app.app_context():
        kept = queries.record_of(record.code)
        actions.check(admin, kept, State.VERIFIED, None, seen=actions.version(kept), now=NOON + timedelta(days=1))
        assert queries.count_unchecked() == 0
        actions.remove(person, kept, now=NOON)
        with pytest.raises(actions.ChangedMeanwhile):
            actions.change(person, kept, document=None, now=NOON, title="Another")
        with pytest.raises(actions.ChangedMeanwhile):
            actions.check(admin, kept, State.REFUSED, "x", seen=actions.version(kept), now=NOON)
        assert queries.statements_of(person, NOON)[0].spans[0].entries == ()

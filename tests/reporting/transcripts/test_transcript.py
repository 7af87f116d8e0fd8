"""The transcript's pages and files, and external credits with the decisions on them."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta

import pikepdf
import pypdfium2
import pytest

from course.certificates.issuing import ending
from course.certificates.issuing.models import Reason
from course.platform import clock, db, file_types, jobs
from course.platform.audit.models import AuditEvent
from course.platform.decisions import ProofState
from course.reporting.transcripts import actions, queries
from course.reporting.transcripts.models import ExternalCredit
from tests import factories
from tests.factories import NOON

PDF, PNG, JPEG = factories.pdf("x"), factories.picture("PNG"), factories.picture("JPEG")
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
    def test_it_adds_up_each_renewal_period_in_the_hours_of_the_state(self, app, pages, learner, admin):
        for state in ("CA", "OH"):
            factories.license_in(app, learner, state, expires_on=date(2026, 12, 31), renewal_months=24)
        factories.issue(app, learner, admin)
        factories.add_external_credit(app, learner, minutes=240)
        text = pages.as_(learner).get("/transcript").text
        assert "January 1, 2025 to December 31, 2026" in text
        assert "One hour is 50 minutes" in text
        assert "Not yet verified 4 hours (240 minutes)" in text
        assert "Not yet verified 4.75 hours (240 minutes)" in text

    def test_a_revoked_certificate_is_shown_and_not_counted(self, app, mine, learner, admin):
        certificate = factories.issue(app, learner, admin)
        before = mine.get("/transcript").text
        assert re.search(r"Verified total 1\.\d+ hours", before)
        with app.app_context():
            ending.revoke(certificate, Reason.ISSUED_IN_ERROR, "x", actor=admin, now=NOON)
        after = mine.get("/transcript").text
        assert "revoked not counted" in after
        assert "Verified total 0 hours" in after

    def test_the_number_of_statements_does_not_grow_with_the_credits(self, app, mine, learner, count_queries):
        def count():
            with count_queries() as queries:
                mine.get("/transcript")
            return len(queries)

        factories.add_external_credit(app, learner)
        first = count()
        for _ in range(5):
            factories.add_external_credit(app, learner)
        assert count() == first <= 6

    def test_the_table_opens_in_a_spreadsheet_and_has_no_formula(self, app, mine, learner):
        factories.add_external_credit(app, learner, title='=HYPERLINK("http://evil.example")', provider="+1")
        data = mine.client.get("/transcript.csv").data
        (row,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
        assert (row["title"][:2], row["provider"], row["standing"]) == ("'=", "'+1", "not verified")

    def test_administrators_can_see_any_transcript(self, app, pages, learner, admin):
        factories.add_external_credit(app, learner)
        assert "Needling the shoulder" in pages.as_(admin).get(f"/admin/people/{learner.code}/transcript").text


class TestPdf:
    def test_it_is_an_accessible_document_with_the_content_of_the_page(self, app, pages, admin):
        person = factories.person(app, "صلاح عبد الله")
        factories.license_in(app, person, "CA", expires_on=date(2026, 12, 31), renewal_months=24)
        factories.issue(app, person, admin)
        factories.add_external_credit(app, person, title="山田 курс", provider="ไทย")
        data = pages.as_(person).client.get("/transcript.pdf").data
        with pikepdf.open(io.BytesIO(data)) as document:
            assert document.Root.MarkInfo.Marked
            assert str(document.Root.Lang).startswith("en")
            with document.open_metadata() as metadata:
                assert metadata["pdfuaid:part"] == "1"
        text = " ".join(text_of(data).split())
        assert "山田 курс" in text
        assert "Not yet verified 240 4.75" in text

    def test_letters_without_a_font_are_named_and_no_pdf_is_made(self, app, mine, learner):
        factories.add_external_credit(app, learner, title="Needling \U00012000")
        page = mine.get("/transcript.pdf")
        assert page.status == 422
        assert "\U00012000" in page.text or "12000" in page.text

    def test_many_credits_take_several_pages(self, app, mine, learner):
        for number in range(60):
            factories.add_external_credit(app, learner, title=f"Course {number}")
        with pypdfium2.PdfDocument(mine.client.get("/transcript.pdf").data) as document:
            assert len(document) > 1


class TestExternalCredit:
    @pytest.mark.parametrize(("data", "kind"), [(PDF, "application/pdf"), (PNG, "image/png"), (JPEG, "image/jpeg")])
    def test_it_is_added_with_its_document(self, app, mine, learner, data, kind):
        answer = mine.post("/transcript/records/new", form(document=(io.BytesIO(data), "x.exe")))
        assert answer.status == 303
        with app.app_context():
            (record,) = queries.credits_of(learner.id)
            assert (record.credit_state, record.document_type) == (ProofState.UNVERIFIED, kind)
            assert queries.document_of(record) == (data, kind)
            assert db.session.query(AuditEvent).filter_by(event="transcript:record-added").count() == 1

    def test_a_browser_runs_nothing_in_the_document(self, app, mine, learner):
        record = factories.add_external_credit(app, learner)
        response = mine.client.get(f"/transcript/records/{record.code}/document")
        assert response.headers["Content-Type"] == "application/pdf"
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert response.headers["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize(
        ("state", "today", "tomorrow"), [("GU", "2026-03-03", "2026-03-04"), ("HI", "2026-03-02", "2026-03-03")]
    )
    def test_a_course_of_today_is_accepted_and_of_tomorrow_refused_in_the_state_of_the_license(
        self, app, pages, state, today, tomorrow, monkeypatch
    ):
        """The moment is 06:00 on March 3 in Guam, and 10:00 on March 2 in Hawaii."""
        monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 2, 20, tzinfo=UTC))
        person = factories.person(app, "Gina Guam", licensed=False)
        factories.add_license(app, person, state=state)
        hers = pages.as_(person)
        page = hers.post("/transcript/records/new", form(completed_on=tomorrow))
        assert (page.status, "Enter a date that is not in the future" in page.text) == (422, True)
        assert hers.post("/transcript/records/new", form(completed_on=today)).status == 303

    def test_a_person_without_a_license_can_enter_the_day_of_the_line_islands(self, app, pages, monkeypatch):
        monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 2, 10, tzinfo=UTC))
        theirs = pages.as_(factories.person(app, "Kiri Tibati", licensed=False))
        assert theirs.post("/transcript/records/new", form(completed_on="2026-03-03")).status == 303
        assert theirs.post("/transcript/records/new", form(completed_on="2026-03-04")).status == 422

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"minutes": "0"}, "Number must be between"),
            ({"mode": "telepathy"}, "Not a valid choice"),
            ({"completed_on": "2999-01-01"}, "Enter a date that is not in the future"),
            ({"completed_on": "1066-01-01"}, "Enter a date that is not in the future"),
            ({"title": " "}, "Enter the title"),
            ({"document": (io.BytesIO(b"<html>"), "proof.pdf")}, "The file is not a PDF, JPEG or PNG"),
            ({"document": (io.BytesIO(b""), "proof.pdf")}, "The file is not a PDF, JPEG or PNG"),
            ({"document": (io.BytesIO(PDF + bytes(100)), "proof.pdf")}, "The limit is 10 MB"),
        ],
    )
    def test_an_invalid_form_adds_nothing(self, app, mine, wrong, message, monkeypatch):
        monkeypatch.setattr(file_types, "MAX_FILE_BYTES", 100)
        page = mine.post("/transcript/records/new", form(**wrong))
        assert (page.status, message in page.text) == (422, True)
        with app.app_context():
            assert db.session.query(ExternalCredit).count() == 0

    def test_an_upload_that_is_too_large_is_refused(self, mine):
        body = {"data": bytes(11_000_001), "content_type": "multipart/form-data; boundary=x"}
        assert mine.client.post("/transcript/records/new", **body).status_code == 413

    def test_training_in_needling_keeps_its_topics_and_approvers(self, app, mine, learner):
        answer = mine.post(
            "/transcript/records/new", form(is_needling="y", topics=["palpation", "consent"], approvers=["fsbpt"])
        )
        assert answer.status == 303
        with app.app_context():
            (credit,) = queries.credits_of(learner.id)
            kept = (credit.is_needling, credit.is_entry_level, credit.topics, credit.approvers)
            assert kept == (True, False, ["palpation", "consent"], ["fsbpt"])
        page = mine.get(f"/transcript/records/{credit.code}")
        assert page.tree.find(".//input[@value='palpation']").get("checked") is not None
        assert mine.post("/transcript/records/new", form(topics=["astrology"])).status == 422

    def test_a_change_without_a_new_document_keeps_the_old_one(self, app, mine, learner):
        record = factories.add_external_credit(app, learner)
        mine.post(f"/transcript/records/{record.code}", form(document=None))
        with app.app_context():
            (record,) = queries.credits_of(learner.id)
            assert (record.title, queries.document_of(record)[0]) == ("Needling the hip", factories.pdf("paper"))

    def test_removing_it_erases_its_document(self, app, mine, learner):
        record = factories.add_external_credit(app, learner)
        mine.post(f"/transcript/records/{record.code}/remove")
        assert mine.post(f"/transcript/records/{record.code}/remove").status == 404
        assert "Needling the shoulder" not in mine.get("/transcript").text
        with app.app_context():
            assert db.session.query(ExternalCredit.document).scalar() is None
            assert db.session.query(AuditEvent).filter_by(event="transcript:record-removed").count() == 1

    def test_the_number_of_credits_is_limited(self, app, learner, monkeypatch):
        monkeypatch.setattr(actions, "MAX_EXTERNAL_CREDITS", 2)
        factories.add_external_credit(app, learner)
        factories.add_external_credit(app, learner)
        with pytest.raises(actions.TooManyCredits):
            factories.add_external_credit(app, learner)


class TestDecision:
    @pytest.fixture
    def record(self, app, learner):
        return factories.add_external_credit(app, learner)

    @pytest.fixture
    def console(self, pages, admin):
        return pages.as_(admin)

    def seen(self, console, record):
        return re.search(
            r'name="seen" id="seen" value="([^"]+)"', console.get(f"/admin/records-elsewhere/{record.code}").html
        )[1]

    def decide(self, console, record, decision=ProofState.VERIFIED, note="", seen=None):
        data = {"decision": decision, "note": note, "seen": seen or self.seen(console, record)}
        return console.post(f"/admin/records-elsewhere/{record.code}", data)

    def test_a_verified_credit_counts_and_the_learner_gets_an_email(self, app, console, mine, record):
        assert "Needling the shoulder" in console.get("/admin/records-elsewhere/").text
        assert self.decide(console, record).status == 303
        assert "Verified total 4.75 hours" in mine.get("/transcript").text
        assert "Needling the shoulder" not in console.get("/admin/records-elsewhere/").text
        jobs.drain(app)
        assert "was verified" in console.mails().text

    def test_a_rejection_needs_a_note_which_the_learner_reads(self, console, mine, record):
        assert self.decide(console, record, ProofState.REJECTED).status == 422
        assert self.decide(console, record, ProofState.REJECTED, "The paper is unsigned.").status == 303
        text = mine.get("/transcript").text
        assert "The paper is unsigned." in text
        assert "rejected not counted" in text

    def test_a_change_undoes_the_decision(self, app, console, mine, learner, record):
        self.decide(console, record)
        mine.post(f"/transcript/records/{record.code}", form(document=None))
        with app.app_context():
            assert queries.credits_of(learner.id)[0].credit_state is ProofState.UNVERIFIED

    def test_saving_without_a_change_keeps_the_decision(self, app, console, mine, learner, record):
        self.decide(console, record)
        same = {name: value for name, value in record.facts().items() if value}
        mine.post(f"/transcript/records/{record.code}", same)
        with app.app_context():
            assert queries.credits_of(learner.id)[0].credit_state is ProofState.VERIFIED

    def test_a_credit_that_changed_since_it_was_shown_is_not_verified(self, app, console, mine, record):
        seen = self.seen(console, record)
        mine.post(f"/transcript/records/{record.code}", form(minutes="6000"))
        answer = self.decide(console, record, seen=seen)
        assert (answer.status, "has changed since" in answer.text) == (409, True)

    def test_a_credit_without_a_document_or_of_ones_own_is_not_verified(self, app, console, learner, admin):
        bare = factories.add_external_credit(app, learner, document=None)
        assert "so it can't be verified" in self.decide(console, bare).text
        assert self.decide(console, bare, ProofState.REJECTED, "No paper.").status == 303
        own = factories.add_external_credit(app, admin)
        assert "another administrator has to do it" in self.decide(console, own).text

    def test_a_learner_can_not_decide(self, mine, record):
        assert mine.post(f"/admin/records-elsewhere/{record.code}", {"decision": ProofState.VERIFIED}).status == 403


def test_external_credits_work_on_both_databases(either_app):
    person, admin = factories.person(either_app, "Nora Needle"), factories.person(either_app, "Ada Admin", role="admin")
    record = factories.add_external_credit(either_app, person)
    with either_app.app_context():
        kept = queries.credit_of(record.code)
        actions.decide(admin, kept, ProofState.VERIFIED, None, seen=actions.version(kept), now=NOON + timedelta(days=1))
        assert queries.count_undecided() == 0
        actions.remove(person, kept, now=NOON)
        with pytest.raises(actions.CreditChanged):
            actions.change(person, kept, document=None, now=NOON, title="Another")
        with pytest.raises(actions.CreditChanged):
            actions.decide(admin, kept, ProofState.REJECTED, "x", seen=actions.version(kept), now=NOON)
        assert queries.statements_of(person, NOON)[0].periods[0].entries == ()

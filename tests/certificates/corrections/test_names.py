"""Name corrections: the learner requests with proof, an administrator decides, and the old number stays."""

import io
import re

import pytest
from sqlalchemy import select

from course.certificates.corrections import actions, queries
from course.certificates.corrections.models import NameCorrection
from course.certificates.issuing import ending, issuing
from course.certificates.issuing import queries as register
from course.certificates.issuing.models import Correction, Reason, Standing
from course.people.accounts.models import User
from course.platform import db, file_types
from course.platform.audit.models import AuditEvent
from course.platform.decisions import DecidedAlready
from course.platform.jobs import Job
from course.reporting.retention import actions as retention
from course.site import site_of
from tests import factories
from tests.factories import COURSE, NOON, PROOF

NAME = "Lena Lernér"


@pytest.fixture
def certificate(app, learner, admin):
    return factories.issue(app, learner, admin)


@pytest.fixture
def asked(app, learner, certificate):
    return factories.request_name_correction(app, learner, certificate, NAME)


def form(**changes):
    good = factories.name_form(NAME) | {"reason": "The accent is missing.", "proof": (io.BytesIO(PROOF), "license.pdf")}
    return good | changes


def accept(app, asked, admin, *, rename=False):
    with app.app_context():
        return actions.accept(queries.correction_of(asked.code), rename=rename, actor=admin, now=NOON)


def mails(app):
    with app.app_context():
        return [job.payload["template"] for job in db.session.scalars(select(Job).filter_by(kind="mail"))]


def test_the_type_of_a_proof_is_read_from_its_bytes_and_its_size_is_limited():
    assert file_types.media_type(b"\xff\xd8\xff\xe0") == "image/jpeg"
    assert file_types.media_type(b"<svg>") is None
    assert file_types.fault(PROOF) is None
    assert "The limit is 10 MB" in str(file_types.fault(PROOF + b"0" * file_types.MAX_FILE_BYTES))


class TestAsking:
    def test_a_learner_requests_it_from_the_page_of_the_certificate(self, pages, app, learner, certificate):
        mine = pages.as_(learner)
        assert f"/certificates/{certificate.code}/name" in mine.get(f"/certificates/{certificate.code}").html
        address = f"/certificates/{certificate.code}/name"
        assert mine.post(address, form()).status == 303
        assert "Waiting for an administrator" in mine.get(address).text
        assert mails(app)[-1] == "name-correction-asked"
        with app.app_context():
            kept = queries.proof_of(db.session.scalars(select(NameCorrection.code)).one())
            assert (kept.proof, kept.proof_type, kept.name) == (PROOF, "application/pdf", NAME)

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"family_name": ""}, "Enter your family name"),
            ({"family_name": "Learner"}, "The certificate already has this name"),
            ({"given_name": "Lena \u202e"}, "hidden character"),
            ({"reason": ""}, "Describe what is wrong"),
            ({"proof": (io.BytesIO(b""), "")}, "Add a file"),
            (
                {"proof": (io.BytesIO(b"<script>alert(1)</script>"), "license.pdf")},
                "The file is not a PDF, JPEG or PNG",
            ),
        ],
    )
    def test_an_invalid_form_shows_an_error_and_nothing_is_stored(
        self, pages, app, learner, certificate, changes, message
    ):
        page = pages.as_(learner).post(f"/certificates/{certificate.code}/name", form(**changes))
        assert page.status == 422
        assert message in page.text
        with app.app_context():
            assert db.session.scalars(select(NameCorrection)).all() == []

    def test_only_one_request_can_wait(self, either_app):
        boss, lena = (
            factories.person(either_app, "Ada Admin", role="admin"),
            factories.person(either_app, "Lena Learner"),
        )
        certificate = factories.issue(either_app, lena, boss)
        factories.request_name_correction(either_app, lena, certificate)
        with pytest.raises(actions.CorrectionWaiting):
            factories.request_name_correction(either_app, lena, certificate)

    def test_another_person_cannot_request_it(self, pages, other_learner, certificate):
        assert pages.as_(other_learner).post(f"/certificates/{certificate.code}/name", form()).status == 404

    def test_a_revoked_certificate_cannot_be_corrected(self, pages, app, learner, admin, certificate):
        with app.app_context():
            found = register.certificate_of(certificate.code)
            ending.revoke(found, Reason.AT_REQUEST, "asked", actor=admin, now=NOON)
        address = f"/certificates/{certificate.code}/name"
        assert "can't be corrected" in pages.as_(learner).get(address).text
        assert pages.as_(learner).post(address, form()).status == 409


class TestDeciding:
    def test_the_new_certificate_has_the_name_and_the_old_number_leads_to_it(
        self, pages, app, admin, asked, certificate
    ):
        new = accept(app, asked, admin)
        assert (new.name, new.facts["name"], new.revision) == (NAME, NAME, 2)
        same = ("completed_on", "minutes", "license_number", "content_hash", "modules")
        assert [new.facts[name] for name in same] == [certificate.facts[name] for name in same]
        page = pages.get(f"/verify/{certificate.code}")
        assert page.tree.findtext(".//title").startswith("Superseded")
        assert "the name was corrected" in page.text
        assert new.code in page.text
        assert mails(app)[-1] == "certificate-superseded"

    def test_it_does_not_depend_on_the_current_requirements(self, app, admin, asked):
        """The content has changed since, and nothing new is issued before it is reviewed."""
        content = site_of(app).catalog
        factories.set_course(app, version="9.0")
        provider = content.provider.model_copy(update={"certify_unreviewed": False})
        factories.change_site(app, catalog=factories.replaced(site_of(app).catalog, provider=provider))
        assert accept(app, asked, admin).facts["course_version"] == content.courses[COURSE].version

    @pytest.mark.parametrize("rename", [True, False])
    def test_the_account_is_renamed_only_if_the_administrator_chooses_so(self, app, learner, admin, asked, rename):
        accept(app, asked, admin, rename=rename)
        with app.app_context():
            assert db.session.get_one(User, learner.id).legal_name == (NAME if rename else "Lena Learner")
            events = db.session.scalars(select(AuditEvent.actor_name).filter_by(event="person:profile-changed")).all()
        assert events == (["Ada Admin"] if rename else [])

    def test_of_two_administrators_the_first_decides(self, either_app):
        boss, lena = (
            factories.person(either_app, "Ada Admin", role="admin"),
            factories.person(either_app, "Lena Learner"),
        )
        asked = factories.request_name_correction(either_app, lena, factories.issue(either_app, lena, boss))
        accept(either_app, asked, boss)
        with pytest.raises(DecidedAlready):
            accept(either_app, asked, boss)
        with either_app.app_context(), pytest.raises(DecidedAlready):
            actions.reject(queries.correction_of(asked.code), "late", actor=boss, now=NOON)

    def test_if_the_certificate_was_superseded_its_successor_is_corrected(self, app, admin, asked, certificate):
        with app.app_context():
            found = register.certificate_of(certificate.code)
            second = issuing.supersede(found, Correction.DOCUMENT, "A typo.", actor=admin, now=NOON)
        new = accept(app, asked, admin)
        assert (new.revision, new.supersedes_id) == (3, second.id)

    def test_a_name_that_no_font_has_shows_an_error_and_changes_nothing(self, pages, app, learner, admin, certificate):
        asked = factories.request_name_correction(app, learner, certificate, "Lena \U00012000")
        page = pages.as_(admin).post(f"/admin/corrections/{asked.code}/accept", {"seen": "y"})
        assert page.status == 409
        assert "Latin letters" in page.text
        with app.app_context():
            assert queries.correction_of(asked.code).state == "waiting"
            assert register.certificate_of(certificate.code).standing_at(NOON) == Standing.VALID


class TestConsole:
    def test_the_console_shows_the_old_and_the_new_name(self, pages, admin, asked):
        mine = pages.as_(admin)
        assert "Name corrections 1" in mine.get("/admin/").text
        assert NAME in mine.get("/admin/corrections/").text
        page = mine.get(f"/admin/corrections/{asked.code}").text
        assert re.search("Lena Learner.*Lena Lernér.*The accent is missing", page)

    def test_the_proof_is_only_downloaded_and_cannot_run(self, pages, admin, learner, asked):
        response = pages.as_(admin).get(f"/admin/corrections/{asked.code}/proof").response
        assert response.data == PROOF
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert response.headers["Content-Security-Policy"].startswith("sandbox")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert pages.as_(learner).get(f"/admin/corrections/{asked.code}/proof").status == 403

    def test_the_proof_must_be_reviewed(self, pages, admin, asked):
        page = pages.as_(admin).post(f"/admin/corrections/{asked.code}/accept", {})
        assert page.status == 422
        assert "Review the proof first" in page.text
        assert pages.as_(admin).post(f"/admin/corrections/{asked.code}/accept", {"seen": "y"}).status == 303

    def test_a_rejection_needs_a_reason_that_the_learner_reads(self, pages, app, learner, admin, asked, certificate):
        address = f"/admin/corrections/{asked.code}/reject"
        assert pages.as_(admin).post(address, {"note": ""}).status == 422
        assert pages.as_(admin).post(address, {"note": "The paper shows another name."}).status == 303
        mine = pages.as_(learner)
        page = mine.get(f"/certificates/{certificate.code}/name")
        assert "The paper shows another name." in page.text
        assert mails(app)[-1] == "name-correction-rejected"
        assert mine.post(f"/certificates/{certificate.code}/name", form()).status == 303  # a new request is possible


def test_closing_the_account_withdraws_the_request(app, learner, asked):
    with app.app_context():
        retention.close(learner, now=NOON)
    with app.app_context():
        found = queries.correction_of(asked.code)
        assert (found.state, found.decided_by) == ("rejected", "Lena Learner")

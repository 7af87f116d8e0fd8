"""From the signature to the register: an issued certificate never changes."""

import hashlib
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from course.certificates.issuing import (
    ending,
    hours_queries,
    issuing,
    queries,
    request_actions,
    request_queries,
    requesting,
)
from course.certificates.issuing.facts import Facts
from course.certificates.issuing.models import Certificate, Reason
from course.people.accounts import name_actions as names
from course.people.accounts.models import User
from course.platform import db, jobs
from course.platform.audit.models import AuditEvent
from course.platform.db import unit_of_work
from course.platform.jobs import Job
from course.site import site_of
from tests import factories
from tests.factories import COURSE, NOON


def test_an_incomplete_course_cannot_be_requested(app, pages, learner):
    factories.study_module(app, learner)
    page = pages.as_(learner).get(f"/courses/{COURSE}/certificate")
    assert page.status == 409
    assert "Quiz: Adverse events" in page.text
    assert "Course evaluation" in page.text


def test_without_a_confirmed_email_nothing_is_requested(app):
    person = factories.person(app, "Una Unconfirmed", confirmed=False)
    with pytest.raises(request_queries.NotComplete, match="Email address confirmed"):
        factories.request(app, person)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"legal_name": "Somebody Else"}, "Type it as in your profile"),
        ({"attested": ""}, "Check the box to sign"),
        ({"name_right": ""}, "Compare the name"),
        ({"license_right": ""}, "Compare the license"),
        ({"license": "none"}, "Not a valid choice"),
    ],
)
def test_the_signature_needs_name_checkbox_and_license(app, pages, learner, data, message):
    factories.complete(app, learner)
    good = {
        "legal_name": "lena  learner",
        "attested": "y",
        "name_right": "y",
        "license_right": "y",
        "license": str(learner.licenses[0].code),
    }
    mine = pages.as_(learner)
    page = mine.post(f"/courses/{COURSE}/certificate", good | data)
    assert page.status == 422
    assert message in page.text
    assert mine.post(f"/courses/{COURSE}/certificate", good).status == 303


def test_the_certificate_freezes_facts_document_and_hash(app, learner, admin):
    certificate = factories.issue(app, learner, admin)
    with app.app_context():
        code, document = queries.document_of(learner, certificate.code, any_owner=False)
        assert hashlib.sha256(document).hexdigest() == certificate.document_sha256
        assert Facts.from_json(certificate.facts).name == "Lena Learner"
        assert certificate.template_version == certificate.facts["template_version"]


def test_dates_fall_in_the_time_zone_of_the_license(app, admin):
    person = factories.person(app, "Hana Hawaii")
    early = datetime(2026, 3, 2, 8, tzinfo=UTC)  # still March 1 in Honolulu
    facts = Facts.from_json(factories.issue(app, person, admin, now=early).facts)
    assert (facts.time_zone, facts.completed_on.isoformat()) == ("Pacific/Honolulu", "2026-03-01")


def test_the_same_bytes_are_served_whatever_changes_later(app, pages, learner, admin):
    certificate = factories.issue(app, learner, admin)
    before = pages.as_(learner).client.get(f"/certificates/{certificate.code}.pdf").data
    with app.app_context():
        names.rename(learner, factories.name_parts("Lena Married").whole, now=NOON)
    content = site_of(app).catalog
    empty = MappingProxyType({})
    factories.change_site(
        app,
        catalog=factories.replaced(content, courses=empty, modules=empty, banks=empty, assessments=empty),
    )
    assert pages.as_(learner).client.get(f"/certificates/{certificate.code}.pdf").data == before
    assert "Lena Learner" in pages.get(f"/verify/{certificate.code}").text


def test_verification_works_after_the_person_was_deleted(app, pages, learner, admin):
    certificate = factories.issue(app, learner, admin)
    with closing(sqlite3.connect(site_of(app).engines.writing.url.database)) as connection, connection:
        connection.execute('DELETE FROM "user" WHERE id = ?', [learner.id])
    assert pages.get(f"/verify/{certificate.code}").status == 200


def test_issuing_again_returns_the_first(app, learner, admin):
    certificate = factories.issue(app, learner, admin)
    with app.app_context():
        request = queries.requests_of(learner.id)[COURSE]
        assert issuing.issue(request, actor=admin, now=NOON + timedelta(days=5)).code == certificate.code
        assert db.session.query(Certificate).count() == 1


def test_issuing_at_the_same_moment_makes_one_certificate(either_app):
    learner = factories.person(either_app, "Lena Learner")
    admins = [factories.person(either_app, f"Admin{n} Person", role="admin") for n in range(2)]
    request = factories.request(either_app, learner)

    def issue(number):
        with either_app.app_context():
            return issuing.issue(request, actor=admins[number % 2], now=NOON).code

    with ThreadPoolExecutor(8) as pool:
        codes = set(pool.map(issue, range(8)))
    with either_app.app_context():
        assert len(codes) == 1
        assert db.session.query(Certificate).count() == 1
        assert db.session.query(AuditEvent).filter_by(event="certificate:issued").count() == 1
        assert db.session.query(Job).filter(Job.key.like("certificate-issued:%")).count() == 1


def test_the_register_refuses_a_second_row_change_and_deletion(either_app):
    learner = factories.person(either_app, "Lena Learner")
    certificate = factories.issue(either_app, learner, factories.person(either_app, "Ada Admin", role="admin"))
    columns = {
        c.name: getattr(certificate, c.name)
        for c in Certificate.__table__.columns
        if c.name not in {"id", "credential"}
    }

    @unit_of_work
    def insert():
        db.session.add(Certificate(**columns | {"code": "0000-0000-0000-0000", "document": b"x"}))

    @unit_of_work
    def run(statement):
        db.session.execute(statement)

    with either_app.app_context():
        with pytest.raises(IntegrityError):
            insert()
        with pytest.raises(DBAPIError, match="append-only"):
            run(update(Certificate).values(name="Forged"))
        with pytest.raises(DBAPIError, match="append-only"):
            run(text("DELETE FROM certificate"))


def test_a_crash_while_issuing_leaves_nothing_behind(app, learner, admin, monkeypatch):
    request = factories.request(app, learner)
    monkeypatch.setattr(jobs, "put", lambda *_, **__: 1 / 0)
    with app.app_context(), pytest.raises(ZeroDivisionError):
        issuing.issue(request, actor=admin, now=NOON)
    with app.app_context():
        assert db.session.query(Certificate).count() == 0
        assert queries.requests_of(learner.id)[COURSE].state == "waiting"
        assert db.session.query(AuditEvent).filter_by(event="certificate:issued").count() == 0


def test_automatic_issuing_needs_no_administrator(app, learner):
    content = site_of(app).catalog
    course = content.courses[COURSE].model_copy(update={"certificate": "at_once"})
    factories.change_site(app, catalog=factories.replaced(content, courses={**content.courses, COURSE: course}))
    assert factories.request(app, learner).state == "issued"


def test_a_name_that_cannot_be_printed_waits_with_a_reason(app, pages, admin):
    person = factories.person(app, "রাজেশ কুমার")
    request = factories.request(app, person)
    page = pages.as_(admin)
    page.post("/admin/requests/issue", {"request": str(request.code)})
    assert "fonts have no র" in page.get("/admin/requests/").text


def test_a_rejected_request_shows_its_reason_and_can_be_made_again(app, pages, learner, admin):
    request = factories.request(app, learner)
    reason = {"reason": "The license number is not in the board's list."}
    pages.as_(admin).post(f"/admin/requests/{request.code}/reject", reason)
    assert reason["reason"] in pages.as_(learner).get(f"/courses/{COURSE}").text
    with app.app_context():
        again = requesting.request_certificate(
            learner,
            site_of(app).catalog.courses[COURSE],
            learner.licenses[0],
            attested_name=learner.legal_name,
            print_license=True,
            now=NOON,
        )
        assert again.state == "waiting"


def test_two_open_requests_for_one_course_are_refused(app, learner):
    factories.request(app, learner)
    with app.app_context(), pytest.raises(request_actions.RequestedAlready):
        requesting.request_certificate(
            learner,
            site_of(app).catalog.courses[COURSE],
            learner.licenses[0],
            attested_name=learner.legal_name,
            print_license=True,
            now=NOON,
        )


def test_an_hour_is_certified_once(app, learner, admin, catalog):
    first = factories.issue(app, learner, admin)
    again = catalog.courses[COURSE].model_copy(update={"id": "again", "title": "The same module again"})
    factories.change_site(app, catalog=factories.replaced(catalog, courses={**catalog.courses, "again": again}))
    factories.evaluate(app, learner, "again")

    def ask():
        with app.app_context():
            words = {"attested_name": learner.legal_name, "print_license": True, "now": NOON}
            return requesting.request_certificate(learner, again, learner.licenses[0], **words)

    with pytest.raises(hours_queries.CertifiedAlready, match=first.code):
        ask()
    with app.app_context():
        ending.revoke(first, Reason.AT_REQUEST, "in favor of the other", actor=admin, now=NOON)
    assert ask().course_id == "again"


class TestQueue:
    def test_it_shows_the_evidence(self, app, pages, learner, admin):
        request = factories.request(app, learner)
        page = pages.as_(admin).get(f"/admin/requests/{request.code}")
        for words in ("passed with 11 of 11", "8 of 8 sections completed", "Course evaluation", "Attestation"):
            assert words in page.text

    def test_a_selection_is_issued_and_the_others_wait(self, app, pages, admin):
        people = [factories.person(app, f"P{n} Therapist") for n in range(4)]
        requests = [factories.request(app, person) for person in people]
        mine = pages.as_(admin)
        mine.post("/admin/requests/issue", {"request": [str(r.code) for r in requests[:2]]})
        assert "2 certificates issued" in mine.get("/admin/requests/").text
        assert "2 waiting, oldest first" in mine.get("/admin/requests/").text

    def test_its_statements_do_not_grow_with_the_requests(self, app, pages, admin, count_queries):
        def needed():
            with count_queries() as seen:
                pages.as_(admin).get("/admin/requests/")
            return len(seen)

        factories.request(app, factories.person(app, "P0 Therapist"))
        one = needed()
        for n in range(1, 4):
            factories.request(app, factories.person(app, f"P{n} Therapist"))
        assert needed() == one


class TestRevoke:
    def test_the_public_page_shows_revoked_and_the_reason_but_not_the_note(self, app, pages, learner, admin):
        certificate = factories.issue(app, learner, admin)
        data = {"reason": Reason.NOT_OWN_WORK, "note": "Admitted it by email."}
        pages.as_(admin).post(f"/admin/certificates/{certificate.code}/revoke", data)
        page = pages.get(f"/verify/{certificate.code}")
        assert page.tree.find(".//h1").itertext()
        assert page.text.index("Revoked") < page.text.index("Lena Learner")
        assert Reason.NOT_OWN_WORK in page.text
        assert "Admitted it" not in page.text
        assert "Admitted it" in pages.as_(admin).get(f"/admin/certificates/{certificate.code}").text

    def test_a_second_revocation_changes_nothing(self, app, learner, admin):
        certificate = factories.issue(app, learner, admin)
        with app.app_context():
            ending.revoke(certificate, Reason.AT_REQUEST, "first", actor=admin, now=NOON)
        with app.app_context(), pytest.raises(ending.EndedAlready):
            ending.revoke(certificate, Reason.ISSUED_IN_ERROR, "second", actor=admin, now=NOON)
        with app.app_context():
            assert queries.certificate_of(certificate.code).revocation.note == "first"

    def test_without_a_reason_nothing_happens(self, app, pages, learner, admin):
        certificate = factories.issue(app, learner, admin)
        page = pages.as_(admin).post(f"/admin/certificates/{certificate.code}/revoke", {"note": "x"})
        assert page.status == 422
        assert "Valid" in pages.get(f"/verify/{certificate.code}").text


def test_the_audit_event_has_actor_subject_and_change(app, learner, admin):
    certificate = factories.issue(app, learner, admin)
    with app.app_context():
        row = db.session.query(AuditEvent).filter_by(event="certificate:issued").one()
        assert (row.actor_id, row.actor_name, row.person_id) == (admin.id, "Ada Admin", learner.id)
        assert row.subject == f"certificate:{certificate.code}"
        assert (row.details["before"], row.details["after"]) == ("waiting", "issued")


@pytest.mark.parametrize("by", ["name", "email", "license", "code"])
def test_a_person_is_found_by_name_email_license_and_certificate(app, pages, learner, admin, by):
    certificate = factories.issue(app, learner, admin)
    text_ = {"name": "lena lear", "email": "LENA@", "license": learner.licenses[0].number, "code": certificate.code}[by]
    page = pages.as_(admin).get("/admin/people/", query_string={"q": text_})
    if by == "code":
        assert page.location.endswith(certificate.code)
    else:
        assert "Lena Learner" in page.text
        assert "lena@example.org" in page.text


def test_another_person_finds_nothing(app, pages, learner, other_learner, admin):
    certificate = factories.issue(app, learner, admin)
    assert pages.as_(other_learner).get(f"/certificates/{certificate.code}.pdf").status == 404
    with app.app_context():
        assert db.session.get(User, other_learner.id) is not None

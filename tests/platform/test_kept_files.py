"""A chosen file is kept while another field has an error. Each test runs on both databases."""

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from course.platform import clock, db, kept_files
from course.platform.kept_files import KeptFile
from course.reporting.retention import actions as retention
from course.reporting.transcripts.models import ExternalCredit
from tests import factories
from tests.factories import PROOF
from tests.pages import Pages

NEW = "/transcript/records/new"
FIELDS = {"title": "Shoulder", "provider": "Elsewhere", "mode": "in_person", "minutes": "240"}
FIELDS |= {"completed_on": "2026-02-01"}
FAULTY = FIELDS | {"minutes": ""}


@pytest.fixture
def lena(either_app):
    return factories.person(either_app, "Lena Learner")


@pytest.fixture
def mine(either_app, lena):
    return Pages(either_app).as_(lena)


def chosen(data=PROOF, name="license.pdf"):
    return {"document": (io.BytesIO(data), name)}


def kept(app):
    with app.app_context():
        return {one.name for one in db.session.scalars(select(KeptFile))}


def documents(app):
    with app.app_context():
        rows = db.session.execute(select(ExternalCredit.document, ExternalCredit.document_type))
        return [tuple(row) for row in rows]


def token(page):
    return {"document-kept": re.search(r'name="document-kept" value="([^"]+)"', page.html)[1]}


def test_the_page_names_the_file_and_saves_it_with_the_corrected_form(either_app, mine):
    page = mine.post(NEW, FAULTY | chosen())
    assert page.status == 422
    assert "Kept: license.pdf. To replace it, choose another file." in page.text
    assert mine.post(NEW, FIELDS | token(page)).status == 303
    assert documents(either_app) == [(PROOF, "application/pdf")]
    assert kept(either_app) == set()


def test_it_is_kept_through_several_tries(either_app, mine):
    page = mine.post(NEW, FAULTY | chosen())
    for _ in range(3):
        page = mine.post(NEW, FAULTY | token(page))
        assert "Kept: license.pdf" in page.text
    assert kept(either_app) == {"license.pdf"}
    mine.post(NEW, FIELDS | token(page))
    assert documents(either_app) == [(PROOF, "application/pdf")]


def test_another_file_replaces_it(either_app, mine):
    page = mine.post(NEW, FAULTY | chosen())
    picture = factories.picture("PNG")
    mine.post(NEW, FIELDS | token(page) | chosen(picture, "scan.png"))
    assert documents(either_app) == [(picture, "image/png")]


def test_a_file_that_is_refused_is_not_kept(either_app, mine):
    page = mine.post(NEW, FAULTY | chosen(b"<html>", "page.pdf"))
    assert "The file is not a PDF, JPEG or PNG" in page.text
    assert "Kept:" not in page.text
    assert kept(either_app) == set()


def test_the_proof_of_a_correction_is_kept_when_a_rule_refuses_the_name(either_app, lena, mine):
    certificate = factories.issue(either_app, lena, factories.person(either_app, "Ada Admin", role="admin"))
    factories.request_name_correction(either_app, lena, certificate)
    fields = factories.name_form("Lena Lernér") | {"reason": "The accent.", "proof": (io.BytesIO(PROOF), "id.pdf")}
    assert mine.post(f"/certificates/{certificate.code}/name", fields).status == 409
    assert kept(either_app) == {"id.pdf"}


def test_a_form_opened_later_begins_without_a_file(either_app, mine):
    mine.post(NEW, FAULTY | chosen())
    assert "Kept:" not in mine.get(NEW).text
    mine.post(NEW, FIELDS)
    assert documents(either_app) == [(None, None)]


def test_after_two_hours_the_person_is_asked_to_choose_it_again(either_app, mine, monkeypatch):
    page = mine.post(NEW, FAULTY | chosen())
    later = clock.now() + kept_files.KEPT_FOR + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    page = mine.post(NEW, FIELDS | token(page))
    assert page.status == 422
    assert "Choose the file again." in page.text
    assert documents(either_app) == []
    with either_app.app_context():
        kept_files.purge(later)
    assert kept(either_app) == set()


def test_a_form_with_a_kept_file_that_is_sent_twice_is_saved_once(either_app, mine):
    page = mine.post(NEW, FAULTY | chosen())
    fields = FIELDS | token(page) | {"form_id": "0" * 32}
    assert [mine.post(NEW, fields).status for _ in range(2)] == [303, 303]
    assert documents(either_app) == [(PROOF, "application/pdf")]


def test_closing_the_account_erases_it(either_app, lena, mine):
    mine.post(NEW, FAULTY | chosen())
    with either_app.app_context():
        retention.close(lena, now=clock.now())
    assert kept(either_app) == set()

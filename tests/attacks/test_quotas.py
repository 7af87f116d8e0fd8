"""People who fill the disk: files, links, licenses and reports without end. Each stops at a limit, with words."""

import io

import pytest
from sqlalchemy import LargeBinary

from course.assessment.attempts import reporting
from course.certificates.sharing import actions as sharing
from course.certificates.sharing.models import ShareLink
from course.people.accounts import actions as accounts
from course.people.accounts.models import License
from course.platform import db, quotas
from course.platform.db import Model
from course.platform.throttle import TooOften
from course.reporting.transcripts import actions as transcripts
from course.reporting.transcripts.models import ExternalCredit
from course.site import site_of
from tests import factories

PDF = factories.pdf("proof")
OURS = {"certificate", "board_roster", "passkey", "recovery_code"}  # files and keys that nobody uploads as a document
KEPT_APART = {"kept_file"}  # bounded on its own, see kept_files
FORM = {
    "title": "Needling the hip",
    "provider": "Elsewhere Seminars",
    "mode": "in_person",
    "minutes": "300",
    "completed_on": "2026-01-20",
}


def send(mine, size, title="Needling the hip", address="/transcript/records/new"):
    document = factories.pdf("x" * (size - len(factories.pdf(""))))
    return mine.post(address, FORM | {"title": title, "document": (io.BytesIO(document), "proof.pdf")})


def credits_of(app):
    with app.app_context():
        return db.session.query(ExternalCredit).count()


def test_an_account_has_a_limit_of_bytes(app, pages, learner, other_learner, monkeypatch):
    monkeypatch.setattr(quotas, "MAX_ACCOUNT_BYTES", 2500)
    mine = pages.as_(learner)
    assert [send(mine, 1000, title).status for title in ("One", "Two")] == [303, 303]
    page = send(mine, 1000, "Three")
    assert page.status == 422
    assert "remove an external credit that you no longer need" in page.text
    assert 'value="Three"' in page.html
    assert credits_of(app) == 2
    assert send(pages.as_(other_learner), 1000).status == 303


def test_a_removed_file_makes_room_again(app, pages, learner, monkeypatch):
    monkeypatch.setattr(quotas, "MAX_ACCOUNT_BYTES", 1500)
    mine = pages.as_(learner)
    assert send(mine, 1000).status == 303
    assert send(mine, 1000).status == 422
    with app.app_context():
        code = db.session.query(ExternalCredit).one().code
    assert mine.post(f"/transcript/records/{code}/remove").status == 303
    assert send(mine, 1000).status == 303


def test_proofs_of_name_corrections_count_as_well(app, pages, learner, admin, monkeypatch):
    monkeypatch.setattr(quotas, "MAX_ACCOUNT_BYTES", 1500)
    factories.request_name_correction(app, learner, factories.issue(app, learner, admin))
    assert send(pages.as_(learner), 1400).status == 422


def test_all_accounts_together_have_a_limit(app, pages, learner, other_learner, monkeypatch):
    monkeypatch.setattr(quotas, "MEGABYTE", 1)  # so that a gigabyte has 1,000 bytes
    factories.change_site(app, config=factories.replaced(site_of(app).config, upload_limit_gb=2))
    assert send(pages.as_(learner), 1500).status == 303
    page = send(pages.as_(other_learner), 1500)
    assert (page.status, "The site has no room for more files" in page.text) == (503, True)
    assert credits_of(app) == 1


def test_an_account_has_a_limit_of_files_a_day(app, pages, learner, other_learner):
    with app.test_request_context():
        for _ in range(quotas.UPLOADS_PER_DAY.amount):
            quotas.require_room(learner.id, 1)
        with pytest.raises(TooOften, match="files today"):
            quotas.require_room(learner.id, 1)
    assert send(pages.as_(learner), 1000).status == 429
    assert send(pages.as_(other_learner), 1000).status == 303


def test_every_column_with_files_counts_or_is_ours():
    columns = [column for table in Model.metadata.tables.values() for column in table.columns]
    files = {column.table.name for column in columns if isinstance(column.type, LargeBinary)}
    counted = {column.table.name for column in quotas.upload_columns()}
    assert files == counted | OURS | (KEPT_APART & files)


def test_the_sizes_are_summed_on_both_databases(either_app):
    person = factories.person(either_app, "Paula Postgres")
    factories.add_external_credit(either_app, person, document=PDF)
    with either_app.app_context():
        assert quotas._stored_bytes(person.id) == quotas._stored_bytes() == len(PDF)


def test_licenses_links_reports_and_removed_credits_end_at_a_limit(app, pages, learner, admin, monkeypatch):
    certificate, mine = factories.issue(app, learner, admin), pages.as_(learner)
    monkeypatch.setattr(accounts, "MAX_LICENSES", 2)
    monkeypatch.setattr(sharing, "MAX_LINKS_EVER", 1)
    monkeypatch.setattr(reporting, "MAX_OPEN_REPORTS", 1)
    monkeypatch.setattr(transcripts, "MAX_REMOVED_CREDITS", 0)
    factories.add_license(app, learner)
    license_ = {"jurisdiction": "TX", "profession": "PT", "number": "1100"}
    assert mine.post("/profile/licenses/new", license_).status == 409
    with app.app_context():
        assert db.session.query(License).filter_by(user_id=learner.id).count() == 2
    links = f"/certificates/{certificate.code}/links"
    assert mine.post(links, {"label": "One"}).status == 303
    with app.app_context():
        token = db.session.query(ShareLink).one().token
    mine.post(f"{links}/{token}/end")
    refused = mine.post(links, {"label": "Two"})
    assert refused.status in {409, 422}
    assert "no more can be made" in refused.text
    attempt = factories.start_attempt(app, learner, "state-scope")
    assert mine.post(f"/attempts/{attempt.code}/1/report", {"text": "It is wrong."}).status == 303
    assert mine.post(f"/attempts/{attempt.code}/2/report", {"text": "It is wrong, too."}).status == 409
    assert mine.post("/transcript/records/new", FORM).status == 409

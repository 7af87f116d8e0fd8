"""A superseded certificate: what each page shows, and what is no longer possible."""

from datetime import timedelta

import pytest

from course.certificates.issuing import ending, issuing, queries
from course.certificates.issuing.models import Correction, Reason, Standing
from course.site import site_of
from tests import factories
from tests.factories import NOON

LATER = NOON + timedelta(days=1)


def supersede(app, certificate, admin):
    with app.app_context():
        found = queries.certificate_of(certificate.code)
        return issuing.supersede(found, Correction.RESCORED, "A key was wrong.", actor=admin, now=LATER)


@pytest.fixture
def old(app, learner, admin):
    return factories.issue(app, learner, admin)


@pytest.fixture
def new(app, admin, old):
    return supersede(app, old, admin)


def test_the_public_page_of_the_old_number_leads_to_the_new_one(pages, old, new):
    page = pages.get(f"/verify/{old.code}")
    assert page.tree.findtext(".//title").startswith("Superseded")
    assert "an assessment was rescored" in page.text
    assert page.html.count(f"/verify/{new.code}") == 1
    assert "A key was wrong" not in page.text
    assert pages.get(f"/verify/{new.code}").tree.findtext(".//title").startswith("Valid")


def test_administrators_see_which_of_the_two_is_valid(pages, admin, old, new):
    mine = pages.as_(admin)
    register = mine.get("/admin/certificates/").text
    assert (register.count("superseded"), register.count("valid")) == (1, 1)
    page = mine.get(f"/admin/certificates/{old.code}")
    assert new.code in page.text
    assert "Revoke this certificate" not in page.text
    assert "Revoke this certificate" in mine.get(f"/admin/certificates/{new.code}").text


def test_the_owner_sees_only_the_new_one(pages, learner, old, new):
    page = pages.as_(learner).get("/certificates/").text
    assert new.code in page
    assert old.code not in page


def test_an_ended_certificate_cannot_be_ended_again(either_app):
    boss = factories.person(either_app, "Ada Admin", role="admin")
    first = factories.issue(either_app, factories.person(either_app, "Lena Learner"), boss)
    second = supersede(either_app, first, boss)
    with pytest.raises(ending.EndedAlready):
        supersede(either_app, first, boss)
    with either_app.app_context(), pytest.raises(ending.EndedAlready):
        ending.revoke(queries.certificate_of(first.code), Reason.AT_REQUEST, "late", actor=boss, now=LATER)
    with either_app.app_context():
        ending.revoke(queries.certificate_of(second.code), Reason.AT_REQUEST, "asked", actor=boss, now=LATER)
    with either_app.app_context():
        standings = [queries.certificate_of(one.code).standing_at(LATER) for one in (first, second)]
    assert standings == [Standing.SUPERSEDED, Standing.REVOKED]


def test_a_document_error_is_corrected_with_the_same_completion(pages, app, learner, admin, old):
    mine = pages.as_(admin)
    assert mine.post(f"/admin/certificates/{old.code}/reissue", {"error": ""}).status == 422
    content = site_of(app).catalog
    provider = content.provider.model_copy(update={"number": "P-77"})
    factories.change_site(app, catalog=factories.replaced(content, provider=provider))
    factories.set_course(app, version="9.0")
    sent = mine.post(f"/admin/certificates/{old.code}/reissue", {"error": "The provider's number was missing."})
    assert sent.status == 303
    with app.app_context():
        new = queries.certificate_of(sent.location.rsplit("/", 1)[1])
    assert new.facts["provider_number"] == "P-77"
    assert [new.facts[name] for name in ("course_version", "completed_on", "name")] == [
        old.facts[name] for name in ("course_version", "completed_on", "name")
    ]
    assert "the document had an error" in pages.get(f"/verify/{old.code}").text
    assert mine.post(f"/admin/certificates/{old.code}/reissue", {"error": "again"}).status == 409

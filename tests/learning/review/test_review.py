"""Clinical review: a signature on one version of a module, by an administrator who is a reviewer."""

import pypdfium2
import pytest

from course.certificates.issuing import issuing
from course.learning.review import actions, queries
from course.learning.review.actions import AlreadySigned, ContentChanged
from course.people.accounts.models import User
from course.platform import db
from course.platform.audit import queries as audit
from course.platform.db import unit_of_work
from tests import factories
from tests.factories import COURSE, MODULE, NOON, replaced

SIGNATURE = {"name": "Rita Reviewer", "credentials": "PT, DPT, HI 1234"}


def signature(catalog, **changes) -> dict[str, str]:
    return {"read": "y", "digest": catalog.modules[MODULE].reviewed_digest} | changes


def sign(app, reviewer, module):
    with app.app_context():
        return actions.sign(reviewer, module, module.reviewed_digest, now=NOON)


def test_a_module_awaits_review_until_it_is_signed_and_then_says_by_whom(pages, reviewer, learner, catalog):
    assert "awaiting clinical review" in pages.get(f"/modules/{MODULE}/").text
    answer = pages.as_(reviewer).post(f"/admin/review/{MODULE}", signature(catalog))
    assert answer.status == 303
    assert "Reviewed by Rita Reviewer, PT, DPT, HI 1234" in pages.as_(None).get(f"/modules/{MODULE}/").text
    assert "Reviewed by Rita Reviewer" in pages.as_(learner).get(f"/modules/{MODULE}/what-counts").text


def test_the_signature_is_kept_in_the_audit_log_with_the_content_hash(app, reviewer, catalog):
    sign(app, reviewer, catalog.modules[MODULE])
    with app.app_context():
        event = next(e for e in audit.about(reviewer.id, limit=10) if e.event == "content:reviewed")
    assert event.details == SIGNATURE | {"content_hash": catalog.modules[MODULE].reviewed_digest}


def test_a_module_awaits_review_again_when_a_file_changes(app, pages, reviewer, catalog):
    sign(app, reviewer, catalog.modules[MODULE])
    changed = catalog.modules[MODULE].model_copy(update={"reviewed_digest": "another"})
    factories.change_site(app, catalog=replaced(catalog, modules={**catalog.modules, MODULE: changed}))
    assert "awaiting clinical review" in pages.get(f"/modules/{MODULE}/").text
    with app.app_context():
        assert len(queries.history_of(MODULE)) == 1


def test_only_the_content_that_was_read_is_signed(app, reviewer, catalog):
    with app.app_context(), pytest.raises(ContentChanged):
        actions.sign(reviewer, catalog.modules[MODULE], "what the page showed before", now=NOON)


def test_a_version_is_signed_once(app, reviewer, catalog):
    sign(app, reviewer, catalog.modules[MODULE])
    with pytest.raises(AlreadySigned):
        sign(app, reviewer, catalog.modules[MODULE])


def test_a_signature_requires_the_confirmation(pages, reviewer, catalog):
    data = {key: value for key, value in signature(catalog).items() if key != "read"}
    answer = pages.as_(reviewer).post(f"/admin/review/{MODULE}", data)
    assert answer.status == 422
    assert "read the whole module" in answer.text


def test_a_signature_is_the_accounts_own_whatever_is_sent(app, pages, reviewer, catalog):
    forged = {"name": "Somebody Else", "credentials": "MD"}
    pages.as_(reviewer).post(f"/admin/review/{MODULE}", signature(catalog) | forged)
    with app.app_context():
        (signed,) = queries.history_of(MODULE)
    assert (signed.name, signed.credentials) == (SIGNATURE["name"], SIGNATURE["credentials"])


def test_a_reviewer_without_credentials_on_record_cannot_sign(app, pages, reviewer, catalog):
    """Reviewers from before credentials were kept with the account have none."""
    with app.app_context():
        forget_credentials(reviewer)
    mine = pages.as_(reviewer)
    assert "Your account has no credentials on record" in mine.get(f"/admin/review/{MODULE}").text
    assert mine.post(f"/admin/review/{MODULE}", signature(catalog)).status == 409


@unit_of_work
def forget_credentials(person):
    db.locked(User, person.id).credentials = None


def test_an_administrator_without_the_role_cannot_sign(pages, admin, catalog):
    assert pages.as_(admin).post(f"/admin/review/{MODULE}", signature(catalog)).status == 403


def test_the_reviewer_role_is_given_and_removed_on_the_page_of_a_person(app, pages, admin, reviewer):
    assert "Remove reviewer role" in pages.as_(admin).get(f"/admin/people/{reviewer.code}").text
    pages.as_(admin).post(f"/admin/people/{reviewer.code}/reviewer", {"reviewer": "no"})
    assert pages.as_(reviewer).get(f"/admin/review/{MODULE}").status == 403


CREDENTIALS = {"credentials": "PT, DPT, HI 1234", "proof": "Looked up with the board."}


def test_a_reviewers_credentials_are_verified_by_another_administrator(app, pages, admin, reviewer):
    mine = pages.as_(admin)
    for left_out in CREDENTIALS:
        assert mine.post(f"/admin/people/{reviewer.code}/reviewer", CREDENTIALS | {left_out: " "}).status == 422
    mine.post(f"/admin/people/{reviewer.code}/reviewer", CREDENTIALS | {"credentials": "PT, PhD"})
    assert "Signs clinical reviews as Rita Reviewer, PT, PhD." in mine.get(f"/admin/people/{reviewer.code}").text
    with app.app_context():
        event = audit.about(reviewer.id, limit=1)[0]
    assert event.details == {"before": "PT, DPT, HI 1234", "after": "PT, PhD", "proof": CREDENTIALS["proof"]}


def test_a_learner_is_never_a_reviewer(pages, admin, learner):
    assert pages.as_(admin).post(f"/admin/people/{learner.code}/reviewer", CREDENTIALS).status == 409


def test_the_certificate_says_who_reviewed_what_was_studied(app, reviewer, learner, admin, catalog):
    sign(app, reviewer, catalog.modules[MODULE])
    certificate = factories.issue(app, learner, admin)
    assert certificate.facts["modules"][0]["review"] == "reviewed"
    assert "Rita Reviewer, PT, DPT, HI 1234" in certificate.facts["modules"][0]["reviewed_by"]


def test_the_second_page_of_the_certificate_names_the_reviewer_or_says_that_none_has_signed(
    app, reviewer, learner, other_learner, admin, catalog
):
    unreviewed = printed(factories.issue(app, other_learner, admin))
    assert "The content awaited review by a clinician when this was issued." in unreviewed
    sign(app, reviewer, catalog.modules[MODULE])
    assert "Rita Reviewer, PT, DPT, HI 1234, 2026-03-02" in printed(factories.issue(app, learner, admin))


def printed(certificate) -> str:
    """Return the text of the document after its first page."""
    document = pypdfium2.PdfDocument(certificate.document)
    try:
        pages = [document[n].get_textpage().get_text_range() for n in range(1, len(document))]
    finally:
        document.close()
    return " ".join(" ".join(pages).split())


def test_a_provider_may_refuse_certificates_for_unreviewed_content(app, reviewer, learner, admin, catalog):
    provider = catalog.provider.model_copy(update={"certify_unreviewed": False})
    factories.change_site(app, catalog=replaced(catalog, provider=provider))
    asked = factories.request(app, learner)
    with app.app_context(), pytest.raises(issuing.AwaitsReview):
        issuing.issue(asked, actor=admin, now=NOON)
    sign(app, reviewer, catalog.modules[MODULE])
    with app.app_context():
        assert issuing.issue(asked, actor=admin, now=NOON).course_id == COURSE

"""A course's status for a person: the home page, the course page and My certificates say the same."""

from datetime import UTC, datetime

import pytest

from course.certificates.issuing import ending, renewing, requesting
from course.certificates.issuing.models import Reason
from course.platform import clock
from tests import factories
from tests.factories import COURSE, NOON

TODAY = datetime(2026, 11, 30, 12, tzinfo=UTC)


def not_started(app, learner, admin):
    """Leave the learner as created."""


def in_progress(app, learner, admin):
    factories.study_module(app, learner)


def ready_to_sign(app, learner, admin):
    factories.complete(app, learner)


def waiting(app, learner, admin):
    factories.request(app, learner)


def rejected(app, learner, admin):
    asked = factories.request(app, learner)
    with app.app_context():
        requesting.reject(asked, "The license has another name.", actor=admin, now=NOON)


def issued(app, learner, admin):
    factories.issue(app, learner, admin)


def expired(app, learner, admin):
    factories.set_course(app, valid_months=1)
    factories.issue(app, learner, admin)


def revoked(app, learner, admin):
    certificate = factories.issue(app, learner, admin)
    with app.app_context():
        ending.revoke(certificate, Reason.ISSUED_IN_ERROR, "wrong person", actor=admin, now=NOON)


SIGN = "Sign and request the certificate"
EMPTY = "No certificates yet"
# what was done -> label and next step on the home page and the course page, text of My certificates
CASES = {
    not_started: ("Not started", "Adverse events", EMPTY),
    in_progress: ("In progress", "Quiz: Adverse events", EMPTY),
    ready_to_sign: ("Ready to sign", SIGN, "Ready to sign"),
    waiting: (
        "Waiting for review since March 2, 2026",
        "You will get an email when your request has been decided.",
        "Waiting for review since March 2, 2026",
    ),
    rejected: ("Request rejected Reason: The license has another name.", SIGN, "Request rejected"),
    issued: ("Certificate issued on March 2, 2026", "View certificate", "valid"),
    expired: ("Certificate expired on April 2, 2026", "Take the course again", "expired"),
    revoked: (
        "Certificate revoked on March 2, 2026 Reason: issued in error.",
        "If you think this is a mistake, contact",
        "revoked",
    ),
}


@pytest.fixture(params=CASES, ids=lambda case: case.__name__)
def case(request, app, learner, admin, monkeypatch):
    request.param(app, learner, admin)
    monkeypatch.setattr(clock, "now", lambda: TODAY)
    return CASES[request.param]


def test_every_page_shows_the_same_status(pages, learner, case):
    label, step, certificates = case
    mine = pages.as_(learner)
    for path in ("/home", f"/courses/{COURSE}"):
        text = mine.get(path).text
        assert label in text, path
        assert step in text, path
    assert certificates in mine.get("/certificates/").text


@pytest.mark.parametrize("path", ["/home", f"/courses/{COURSE}"])
def test_progress_is_shown_once_something_of_the_course_was_started(app, pages, learner, path):
    mine = pages.as_(learner)
    assert "Steps complete" not in mine.get(path).text
    factories.study_module(app, learner)
    assert "Steps complete: 3 of 5" in mine.get(path).text


def test_with_a_waiting_or_rejected_request_no_page_claims_there_is_nothing(app, pages, learner, admin):
    rejected(app, learner, admin)
    text = pages.as_(learner).get("/certificates/").text
    assert EMPTY not in text
    assert SIGN in text


def test_a_new_cycle_has_a_status_of_its_own(app, pages, learner, admin):
    issued(app, learner, admin)
    with app.app_context():
        renewing.renew(learner, factories.catalog().courses[COURSE], 2, now=TODAY)
    assert "Not started" in pages.as_(learner).get("/home").text


def test_my_certificates_needs_ten_statements_at_most(app, pages, learner, admin, count_queries):
    issued(app, learner, admin)
    mine = pages.as_(learner)
    with count_queries() as seen:
        mine.get("/certificates/")
    assert len(seen) <= 10, seen

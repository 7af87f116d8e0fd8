"""An hour is certified once: checked at the request and again when the certificate is registered."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from course.certificates.bulk import actions as bulk
from course.certificates.bulk import queries as bulk_issues
from course.certificates.bulk.models import Outcome
from course.certificates.issuing import ending, issuing, queries, renewing, requesting
from course.certificates.issuing.hours_queries import CertifiedAlready
from course.certificates.issuing.models import Certificate, Correction, Reason, Request
from course.content.queries import course_of
from course.platform import db
from course.reporting.records import checks
from course.reporting.records import queries as records
from course.reporting.records.checked_record import Fault
from course.site import site_of
from tests import factories
from tests.factories import COURSE, NOON

LATER = NOON + timedelta(days=30)


def add_course(app, **changes):
    """Add a course with the same module."""
    content = site_of(app).catalog
    again = content.courses[COURSE].model_copy(
        update={"id": "again", "title": "The same module again", "certificate": "on_approval", "valid_months": None}
        | changes
    )
    factories.change_site(app, catalog=factories.replaced(content, courses={**content.courses, "again": again}))


def request_again(app, person, now=NOON):
    factories.evaluate(app, person, "again", now=now)
    with app.app_context():
        words = {"attested_name": person.legal_name, "print_license": True, "now": now}
        return requesting.request_certificate(person, course_of("again"), person.licenses[0], **words)


@pytest.fixture
def lena(either_app):
    return factories.person(either_app, "Lena Learner")


@pytest.fixture
def boss(either_app):
    return factories.person(either_app, "Ada Boss", role="admin")


@pytest.fixture
def two(either_app, lena):
    """Return two waiting requests whose courses share a module."""
    add_course(either_app)
    first = factories.request(either_app, lena)
    return first, request_again(either_app, lena)


def issue(app, request, actor, now=LATER):
    with app.app_context():
        return issuing.issue(db.session.get_one(Request, request.id), actor=actor, now=now)


def faults(app, today=None):
    with app.app_context():
        checked = records.next_records(0, 50, today or LATER.date())
        found = [one for record in checked for one in checks.discrepancies(record)]
        return [(one.kind, one.subject) for one in found]


def test_the_second_of_two_waiting_requests_is_refused(either_app, two, boss):
    first = issue(either_app, two[0], boss)
    with pytest.raises(CertifiedAlready, match=first.code):
        issue(either_app, two[1], boss)
    with either_app.app_context():
        assert db.session.get_one(Request, two[1].id).state == "waiting"
        ending.revoke(queries.certificate_of(first.code), Reason.AT_REQUEST, "for the other", actor=boss, now=LATER)
    assert issue(either_app, two[1], boss).course_id == "again"


def test_two_administrators_at_the_same_moment_issue_one_of_them(either_app, two, boss):
    bea = factories.person(either_app, "Bea Board", role="admin")

    def attempt(pair):
        try:
            return issue(either_app, *pair).code
        except CertifiedAlready as refusal:
            return refusal

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(attempt, zip(two, (boss, bea), strict=True)))
    assert sum(isinstance(one, CertifiedAlready) for one in results) == 1
    with either_app.app_context():
        assert len(db.session.scalars(select(Certificate.id)).all()) == 1


def test_a_renewal_certifies_other_hours(either_app, lena, boss):
    first = factories.issue(either_app, lena, boss)
    with either_app.app_context():
        renewing.renew(lena, course_of(COURSE), 2, now=NOON + timedelta(days=1))
    again = NOON + timedelta(days=2)
    second = issue(either_app, factories.request(either_app, lena, now=again), boss)
    assert (first.cycle, second.cycle) == (1, 2)
    with either_app.app_context():
        issuing.supersede(queries.certificate_of(first.code), Correction.DOCUMENT, "x", actor=boss, now=LATER)
    assert faults(either_app) == []


def test_automatic_issuing_leaves_a_refused_request_in_the_queue(either_app, lena, boss):
    first = factories.request(either_app, lena)
    add_course(either_app)
    second = request_again(either_app, lena)
    issue(either_app, first, boss)
    add_course(either_app, certificate="at_once")
    with either_app.app_context():
        issuing.issue_waiting(LATER)
        assert db.session.get_one(Request, second.id).state == "waiting"


def test_a_bulk_issue_refuses_one_request_and_continues(either_app, two, boss):
    otto = factories.person(either_app, "Otto Other")
    factories.complete(either_app, otto)
    other = request_again(either_app, otto)
    first = issue(either_app, two[0], boss)
    with either_app.app_context():
        started = bulk.start(course_of("again"), actor=boss, now=LATER)
    with either_app.app_context():
        while bulk.step(LATER):
            pass
        assert bulk_issues.tally(started) == {Outcome.ISSUED: 1, Outcome.REFUSED: 1}
        [(line, refused)] = bulk_issues.refused(started, 5)
        assert first.code in line.message
        assert (refused.id, db.session.get_one(Request, other.id).state) == (two[1].id, "issued")


def test_queue_and_request_page_show_the_reason(app, pages, learner, admin):
    add_course(app)
    first, second = factories.request(app, learner), request_again(app, learner)
    code = issue(app, first, admin).code
    mine = pages.as_(admin)
    page = mine.get(f"/admin/requests/{second.code}").text
    assert "These hours are already certified." in page
    assert code in page
    mine.post("/admin/requests/issue", {"request": str(second.code)})
    assert f"already on certificate {code}" in mine.get("/admin/requests/").text


def test_the_records_check_finds_two_valid_certificates_of_the_same_hours(either_app, lena, boss):
    """The first one expired before the second was issued; the check runs for a day on which both are valid."""
    factories.set_course(either_app, valid_months=1)
    add_course(either_app)
    first = factories.request(either_app, lena)
    second = request_again(either_app, lena)
    issue(either_app, first, boss)
    last = issue(either_app, second, boss, now=NOON + timedelta(days=90))
    assert faults(either_app, NOON.date()) == [(Fault.HOURS, f"certificate:{last.code}")]
    assert faults(either_app, NOON.date() + timedelta(days=90)) == []

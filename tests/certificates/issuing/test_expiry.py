"""Certificates that expire: the last day, what each page shows after it, and what is still possible."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from course.certificates.issuing import badge, ending, issuing, queries, stated_facts
from course.certificates.issuing.facts import Facts
from course.certificates.issuing.models import Correction, Reason, Standing
from course.platform import db
from course.platform.audit.models import AuditEvent
from tests import factories
from tests.factories import COURSE, NOON

LAST_DAY = date(2028, 3, 2)
LAST_MOMENT = datetime(2028, 3, 3, 9, 59, 59, tzinfo=UTC)  # of that day in Honolulu
OVER = LAST_MOMENT + timedelta(seconds=1)


@pytest.fixture
def certificate(app, learner, admin):
    factories.set_course(app, valid_months=24)
    return factories.issue(app, learner, admin)


@pytest.fixture
def long_ago(app, learner, admin):
    factories.set_course(app, valid_months=1)
    return factories.issue(app, learner, admin)


def standing(app, certificate, at):
    with app.app_context():
        return queries.certificate_of(certificate.code).standing_at(at)


def test_the_last_day_is_a_number_of_months_after_the_completion(certificate):
    assert certificate.valid_until == Facts.from_json(certificate.facts).valid_until == LAST_DAY


def test_in_a_shorter_month_the_last_day_is_its_last_day():
    assert stated_facts.months_after(date(2027, 8, 31), 6) == date(2028, 2, 29)
    assert stated_facts.months_after(date(2026, 12, 31), 12) == date(2027, 12, 31)


def test_without_a_validity_period_in_the_course_there_is_no_last_day(app, learner, admin):
    certificate = factories.issue(app, learner, admin)
    assert certificate.valid_until is None
    assert standing(app, certificate, NOON + timedelta(days=36500)) == Standing.VALID


def test_the_validity_period_at_the_time_of_signing_counts(app, learner, admin):
    factories.set_course(app, valid_months=24)
    asked = factories.request(app, learner)
    factories.set_course(app, valid_months=None)
    with app.app_context():
        assert issuing.issue(asked, actor=admin, now=NOON).valid_until == LAST_DAY


def test_the_last_day_ends_where_the_license_is(app, certificate):
    assert standing(app, certificate, LAST_MOMENT) == Standing.VALID
    assert standing(app, certificate, OVER) == Standing.EXPIRED


def test_an_ended_certificate_never_expires(app, admin, certificate):
    with app.app_context():
        found = queries.certificate_of(certificate.code)
        new = issuing.supersede(found, Correction.RESCORED, "A key.", actor=admin, now=NOON)
        ending.revoke(new, Reason.AT_REQUEST, "asked", actor=admin, now=OVER)  # an expired one can still be revoked
        assert [one.details["before"] for one in db.session.query(AuditEvent).order_by(AuditEvent.id).all()[-2:]] == [
            "valid",
            "expired",
        ]
    assert new.valid_until == LAST_DAY
    assert [standing(app, one, OVER) for one in (certificate, new)] == [Standing.SUPERSEDED, Standing.REVOKED]


def test_the_badge_ends_with_its_last_day(app, certificate, learner):
    with app.app_context():
        _, signed = queries.credential_of(learner, certificate.code, any_owner=False)
    assert json.loads(signed)["validUntil"] == "2028-03-03T09:59:59Z"


def test_a_badge_without_a_last_day_has_no_end(app, learner, admin):
    facts = Facts.from_json(factories.issue(app, learner, admin).facts)
    unsigned = badge.credential(facts, issuer="did:key:z", email="a@example.org", salt="s", status_index=1)
    assert "validUntil" not in unsigned


def test_facts_stored_before_certificates_could_expire_are_read(certificate):
    old = {name: value for name, value in certificate.facts.items() if name != "valid_until"}
    assert Facts.from_json(old).valid_until is None


class TestPages:
    def test_the_public_page_shows_that_it_expired_and_when(self, pages, long_ago):
        page = pages.get(f"/verify/{long_ago.code}")
        assert page.tree.findtext(".//title").startswith("Expired")
        assert "valid until April 2, 2026" in page.text

    def test_the_holder_sees_it_and_keeps_the_document(self, pages, learner, long_ago):
        mine = pages.as_(learner)
        assert "Certificate expired on" in mine.get(f"/courses/{COURSE}").text
        page = mine.get("/certificates/")
        assert "expired" in page.text
        assert f"/certificates/{long_ago.code}.pdf" in page.html

    def test_administrators_see_it_and_can_still_revoke_it(self, pages, admin, long_ago):
        mine = pages.as_(admin)
        assert mine.get("/admin/certificates/").text.count("expired") == 1
        page = mine.get(f"/admin/certificates/{long_ago.code}")
        assert "Expired" in page.text
        assert "Revoke this certificate" in page.text

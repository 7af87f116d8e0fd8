"""An administrator who decides in their own favor. Every such act takes a second person."""

from datetime import date, timedelta

import pytest

from course.assessment.attempts import accommodating
from course.assessment.attempts.attempt_rules import Granted
from course.certificates.backdating import actions as backdating
from course.certificates.bulk import actions as bulk
from course.certificates.bulk import queries as bulk_issues
from course.certificates.corrections import actions as corrections
from course.certificates.issuing import issuing, requesting
from course.certificates.issuing.issuing import LatinName
from course.certificates.issuing.models import Correction
from course.content.queries import catalog
from course.people.accounts import actions as accounts
from course.platform.decisions import OwnRecord
from tests import factories
from tests.factories import COURSE, NOON

LATER = NOON + timedelta(days=1)


@pytest.fixture
def other_admin(app):
    return factories.person(app, "Olga Other", role="admin")


def test_nobody_issues_their_own_certificate(either_app):
    admin = factories.person(either_app, "Ada Admin", role="admin")
    asked = factories.request(either_app, admin)
    with either_app.app_context():
        for latin in (None, LatinName("Ada Admin", "looked up")):
            with pytest.raises((OwnRecord, issuing.NamePrintable)):
                issuing.issue(asked, actor=admin, now=LATER, latin=latin)
        with pytest.raises(OwnRecord):
            issuing.issue(asked, actor=admin, now=LATER, bulk=True)


def test_a_bulk_issue_leaves_the_administrators_own_request_out(app, admin, other_admin):
    factories.request(app, admin)
    with app.app_context():
        course = catalog().courses[COURSE]
        assert bulk_issues.count_issuable(admin.id) == {}
        with pytest.raises(bulk.NothingToIssue):
            bulk.start(course, actor=admin, now=LATER)
        assert bulk_issues.count_issuable(other_admin.id) == {COURSE: 1}
        bulk.start(course, actor=other_admin, now=LATER)


def test_nobody_replaces_corrects_or_backdates_their_own_certificate(app, admin, other_admin):
    asked = factories.request(app, admin)
    with app.app_context():
        with pytest.raises(OwnRecord):
            backdating.ask(asked, date(2026, 3, 2), "It was late.", actor=admin, now=LATER)
        with pytest.raises(OwnRecord):
            requesting.accept_short_time(asked, "I know it all.", actor=admin, now=LATER)
        mine = issuing.issue(asked, actor=other_admin, now=LATER)
        with pytest.raises(OwnRecord):
            issuing.supersede(mine, Correction.DOCUMENT, "A typo.", actor=admin, now=LATER)
    correction = factories.request_name_correction(app, admin, mine, "Adá Admin")
    with app.app_context(), pytest.raises(OwnRecord):
        corrections.accept(correction, rename=True, actor=admin, now=LATER)


def test_nobody_grants_themselves_time_or_a_role(app, admin, other_admin):
    with app.app_context():
        with pytest.raises(OwnRecord):
            accommodating.accommodate(admin, admin, Granted(extra_attempts=9), "I need it.", now=NOON)
        with pytest.raises(OwnRecord):
            accounts.make_reviewer(admin, admin, credentials="PT", proof="I know myself.", now=NOON)
    reviewer = factories.make_reviewer(app, admin, other_admin)
    with app.app_context(), pytest.raises(OwnRecord):
        accounts.end_reviewer(reviewer, reviewer, now=NOON)


def test_the_pages_say_who_can_do_it_instead(app, pages, admin):
    asked = factories.request(app, admin)
    mine = pages.as_(admin)
    assert "Another administrator decides on it." in mine.get(f"/admin/requests/{asked.code}").text
    assert "your own" in mine.get("/admin/requests/").text
    refused = mine.post("/admin/requests/issue", {"request": str(asked.code)})
    assert "another administrator has to do it" in mine.get(refused.location).text
    page = mine.post(f"/admin/people/{admin.code}/reviewer", {"credentials": "PT", "proof": "I know myself."})
    assert page.status == 403
    assert "another administrator has to do it" in page.text

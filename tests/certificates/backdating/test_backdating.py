"""Backdating: one administrator proposes an earlier date, a second one approves it, and both days are on record."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from course.certificates.backdating import actions, backdating_rule, queries
from course.certificates.backdating.models import Backdating
from course.certificates.issuing import issuing
from course.certificates.issuing import queries as register
from course.certificates.issuing.facts import Facts
from course.certificates.issuing.models import Correction
from course.platform import db
from course.platform.audit.models import AuditEvent
from course.platform.db import unit_of_work
from course.platform.decisions import DecidedAlready, OwnRecord
from course.reporting.records import checks
from course.reporting.records import queries as checked
from tests import factories
from tests.factories import NOON

DONE = NOON.date()
LATER = NOON + timedelta(days=30)
DAY = DONE + timedelta(days=3)


@pytest.fixture
def second(app):
    return factories.person(app, "Bea Board", role="admin")


@pytest.fixture
def asked(app, learner):
    return factories.request(app, learner)


def propose(app, asked, actor, day=DAY, now=LATER):
    with app.app_context():
        return actions.ask(asked, day, "The office was closed.", actor=actor, now=now)


def confirm(app, proposal, actor):
    with app.app_context():
        return actions.confirm(queries.backdating_of(proposal.code), actor=actor, now=LATER)


def faults(app):
    with app.app_context():
        return [fault.words for one in checked.next_records(0, 10, LATER.date()) for fault in checks.discrepancies(one)]


def undo(app):
    """Change the database as no page can."""

    @unit_of_work
    def act():
        db.session.execute(update(Backdating).values(state="refused"))

    with app.app_context():
        act()


@pytest.mark.parametrize(
    ("day", "allowed"),
    [
        (DONE - timedelta(days=1), False),
        (DONE, True),
        (DAY, True),
        (LATER.date() - timedelta(days=1), True),
        (LATER.date(), False),
        (LATER.date() + timedelta(days=1), False),
    ],
)
def test_the_date_is_between_the_completion_and_today(day, allowed):
    assert (backdating_rule.fault(day, DONE, LATER.date()) is None) == allowed


class TestConfirming:
    def test_the_certificate_shows_the_earlier_date_and_the_register_both(self, app, pages, admin, second, asked):
        certificate = confirm(app, propose(app, asked, admin), second)
        facts = Facts.from_json(certificate.facts)
        assert (facts.issued_on, facts.completed_on) == (DAY, DONE)
        assert facts.issued_at == certificate.issued_at == LATER
        assert certificate.issued_by == "Bea Board"
        row = pages.as_(admin).get("/admin/certificates/").text
        assert "April 1, 2026" in row
        assert "dated March 5, 2026" in row
        page = pages.as_(admin).get(f"/admin/certificates/{certificate.code}").text
        assert "It is dated March 5, 2026 and was issued on April 1, 2026" in page

    def test_the_badge_has_the_earlier_date_and_the_day_of_signing(self, app, learner, admin, second, asked):
        certificate = confirm(app, propose(app, asked, admin), second)
        with app.app_context():
            badge = json.loads(register.credential_of(learner, certificate.code, any_owner=False)[1])
        assert badge["awardedDate"] == badge["validFrom"] == "2026-03-05T10:00:00Z"  # the day begins in Honolulu
        assert badge["proof"]["created"].startswith(LATER.date().isoformat())

    def test_neither_the_proposer_nor_the_holder_can_approve(self, either_app):
        ada, bea = (factories.person(either_app, name, role="admin") for name in ("Ada Admin", "Bea Board"))
        asked = factories.request(either_app, bea)
        proposal = propose(either_app, asked, ada)
        for one, refusal in ((ada, actions.NeedsAnother), (bea, OwnRecord)):
            with pytest.raises(refusal):
                confirm(either_app, proposal, one)
        with either_app.app_context():
            assert register.count_issued() == 0
        confirm(either_app, proposal, factories.person(either_app, "Cy Clerk", role="admin"))
        with either_app.app_context():
            assert register.count_issued() == 1

    def test_repeated_and_late_decisions_are_refused(self, app, admin, second, asked):
        first = propose(app, asked, admin)
        with pytest.raises(actions.BackdatingWaiting):
            propose(app, asked, second)
        with app.app_context():
            actions.refuse(queries.backdating_of(first.code), actor=second, now=LATER)
        with pytest.raises(DecidedAlready):
            confirm(app, first, second)
        again = propose(app, asked, admin)
        with app.app_context():
            issuing.issue(register.request_of(asked.code), actor=second, now=LATER)
        with pytest.raises(actions.RequestDecided):
            confirm(app, again, second)
        with pytest.raises(actions.RequestDecided):
            propose(app, asked, second)

    def test_proposal_and_approval_are_in_the_audit_log(self, app, admin, second, asked):
        confirm(app, propose(app, asked, admin), second)
        with app.app_context():
            kept = db.session.scalars(select(AuditEvent).where(AuditEvent.event.like("certificate:backdating%"))).all()
        assert [(one.actor_name, one.details) for one in kept] == [
            ("Ada Admin", {"issue_on": "2026-03-05", "reason": "The office was closed."}),
            ("Bea Board", {"issue_on": "2026-03-05", "decision": "confirmed"}),
        ]

    def test_its_successor_keeps_the_date(self, app, admin, second, asked):
        certificate = confirm(app, propose(app, asked, admin), second)
        with app.app_context():
            found = register.certificate_of(certificate.code)
            new = issuing.supersede(found, Correction.DOCUMENT, "A typo.", actor=admin, now=LATER)
        assert new.backdated_to == DAY

    def test_the_records_check_finds_a_date_that_was_not_approved(self, app, admin, second, asked):
        confirm(app, propose(app, asked, admin), second)
        assert faults(app) == []
        undo(app)
        assert any("issued on 2026-03-05" in fault for fault in faults(app))


class TestPages:
    def test_from_the_request_to_the_second_administrator(self, app, pages, admin, second, asked):
        mine, other = pages.as_(admin), pages.as_(second)
        assert f"/admin/requests/{asked.code}/earlier-date" in mine.get(f"/admin/requests/{asked.code}").html
        address = f"/admin/requests/{asked.code}/earlier-date"
        page = mine.post(address, {"issue_on": "2026-01-01", "reason": "x"})
        assert page.status == 422
        assert "Choose a date on or after the completion" in page.text
        assert mine.post(address, {"issue_on": "2026-03-05", "reason": ""}).status == 422
        sent = mine.post(address, {"issue_on": "2026-03-05", "reason": "The office was closed."})
        assert "Approve and issue" not in mine.get(sent.location).text
        assert mine.post(f"{sent.location}/confirm").status == 403
        assert "Backdating approvals 1" in other.get("/admin/").text
        assert "Proposed date: March 5, 2026" in other.get("/admin/backdating/").text
        page = other.get(sent.location)
        assert "The office was closed." in page.text
        assert "Approve and issue" in page.text
        assert other.post(f"{sent.location}/confirm").status == 303
        assert "Approved" in mine.get(sent.location).text
        assert other.post(f"{sent.location}/confirm").status == 409

    def test_after_a_rejection_the_request_still_waits(self, app, pages, admin, second, asked):
        proposal = propose(app, asked, admin)
        assert pages.as_(second).post(f"/admin/backdating/{proposal.code}/refuse").status == 303
        assert "Issue certificate" in pages.as_(second).get(f"/admin/requests/{asked.code}").text

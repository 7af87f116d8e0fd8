"""What people state toward their states' requirements: forms, documents, decisions, and the evidence that follows."""

import io
from datetime import date

import pytest

from course.platform import db, jobs
from course.platform.audit.models import AuditEvent
from course.platform.decisions import ProofState
from course.states.proof import actions, queries
from course.states.proof.models import Proof
from course.states.requirements.evidence import (
    HeldCredential,
    PassedExamination,
    SignedDetermination,
    TimeInPractice,
)
from tests import factories
from tests.factories import NOON, PROOF

FORMS = {
    "practice": (
        {"jurisdiction": "FL", "first": "2020-01-01", "last": "2021-06-30", "weekly_hours": "32.5"},
        TimeInPractice(jurisdiction="FL", first=date(2020, 1, 1), last=date(2021, 6, 30), weekly_hours=32.5),
    ),
    "credential": (
        {"credential": "cpr", "obtained_on": "2026-01-05", "expires_on": "2028-01-05"},
        HeldCredential(credential="cpr", obtained_on=date(2026, 1, 5), expires_on=date(2028, 1, 5)),
    ),
    "examination": (
        {"title": "Final practical", "form": "practical", "on": "2026-01-05", "in_person": "y", "percent": ""},
        PassedExamination(title="Final practical", form="practical", on=date(2026, 1, 5), in_person=True),
    ),
    "determination": (
        {"by": "instructor", "name": "Ines Instructor", "on": "2026-01-05"},
        SignedDetermination(by="instructor", name="Ines Instructor", on=date(2026, 1, 5)),
    ),
}


def facts_of(app, person):
    with app.app_context():
        return [one.fact for one in db.session.scalars(queries.valid_proofs([person.id]))]


@pytest.fixture
def mine(pages, learner):
    return pages.as_(learner)


@pytest.mark.parametrize("kind", FORMS)
def test_what_a_person_states_is_evidence_without_a_verifier(app, mine, learner, kind):
    fields, expected = FORMS[kind]
    assert mine.post(f"/proof/new/{kind}", fields).status == 303
    (found,) = facts_of(app, learner)
    shared = {"verified_by": None, "verified_on": None, "source": found.source}
    assert vars(found) == vars(expected) | shared
    with app.app_context():
        assert db.session.query(AuditEvent).filter_by(event="proof:added").count() == 1


@pytest.mark.parametrize(
    ("kind", "wrong", "message"),
    [
        ("practice", {"first": "2099-01-01"}, "not in the future"),
        ("practice", {"last": "2019-01-01"}, "can't be before the first day"),
        ("practice", {"weekly_hours": "900"}, "from 1 to 100"),
        ("practice", {"jurisdiction": "ZZ"}, "Not a valid choice"),
        ("credential", {"credential": "wizard"}, "Not a valid choice"),
        ("credential", {"expires_on": "2025-01-05"}, "can't be before"),
        ("examination", {"title": " "}, "Enter the name"),
        ("examination", {"percent": "101"}, "from 0 to 100"),
        ("determination", {"on": "2099-01-01"}, "not in the future"),
    ],
)
def test_an_invalid_form_adds_nothing(app, mine, learner, kind, wrong, message):
    page = mine.post(f"/proof/new/{kind}", FORMS[kind][0] | wrong)
    assert (page.status, message in page.text) == (422, True)
    assert facts_of(app, learner) == []


def test_an_unknown_kind_is_not_found(mine):
    assert mine.get("/proof/new/filing").status == 404


def test_an_administrator_verifies_by_the_document_and_the_person_gets_an_email(app, pages, learner, admin):
    proof = factories.add_proof(app, learner)
    console = pages.as_(admin)
    assert "Evidence to check 1" in console.get("/admin/").text
    assert "Florida, January 1, 2021 until today, 32 hours a week" in console.get("/admin/proof/").text
    fields = {"seen": proof.state, "decision": ProofState.VERIFIED, "note": "Seen."}
    assert console.post(f"/admin/proof/{proof.code}", fields).status == 303
    (found,) = facts_of(app, learner)
    assert found.verified_by == admin.legal_name
    assert found.verified_on is not None
    assert "verified" in pages.as_(learner).get("/proof/").text
    with app.app_context():
        mails = db.session.query(jobs.Job).filter(jobs.Job.key.like("proof-checked:%")).all()
        assert [job.payload["template"] for job in mails] == ["state-proof-checked"]


def test_a_rejected_entry_is_no_evidence_and_its_person_reads_why(app, pages, learner, admin):
    proof = factories.add_proof(app, learner)
    page = pages.as_(admin).post(f"/admin/proof/{proof.code}", {"seen": proof.state, "decision": "refused"})
    assert (page.status, "Enter why" in page.text) == (422, True)
    fields = {"seen": proof.state, "decision": "refused", "note": "The letter is unsigned."}
    pages.as_(admin).post(f"/admin/proof/{proof.code}", fields)
    assert facts_of(app, learner) == []
    assert "The letter is unsigned." in pages.as_(learner).get("/proof/").text


def test_a_decision_on_another_state_than_was_seen_is_refused(app, admin, learner):
    proof = factories.add_proof(app, learner)
    with app.app_context():
        actions.decide(admin, proof, ProofState.REJECTED, "No.", seen=proof.state, now=NOON)
        with pytest.raises(actions.ProofChanged):
            actions.decide(admin, proof, ProofState.VERIFIED, None, seen=ProofState.UNVERIFIED, now=NOON)


def test_without_a_document_nothing_is_verified_or_listed_for_a_check(app, pages, learner, admin):
    proof = factories.add_proof(app, learner, document=None)
    assert "No entries to check" in pages.as_(admin).get("/admin/proof/").text
    fields = {"seen": proof.state, "decision": ProofState.VERIFIED, "note": ""}
    assert pages.as_(admin).post(f"/admin/proof/{proof.code}", fields).status == 409
    assert [one.verified_by for one in facts_of(app, learner)] == [None]


def test_administrators_do_not_verify_their_own_entries(app, pages, admin):
    proof = factories.add_proof(app, admin)
    fields = {"seen": proof.state, "decision": ProofState.VERIFIED, "note": ""}
    assert pages.as_(admin).post(f"/admin/proof/{proof.code}", fields).status == 403


def test_removing_it_erases_its_document(app, mine, learner):
    proof = factories.add_proof(app, learner)
    assert mine.client.get(f"/proof/{proof.code}/document").data == PROOF
    mine.post(f"/proof/{proof.code}/remove")
    assert mine.get(f"/proof/{proof.code}/document").status == 404
    assert facts_of(app, learner) == []
    with app.app_context():
        assert db.session.query(Proof.document).scalar() is None


def test_the_number_of_entries_is_limited(app, mine, learner, monkeypatch):
    monkeypatch.setattr(actions, "MAX_PROOFS", 1)
    factories.add_proof(app, learner)
    page = mine.post("/proof/new/practice", FORMS["practice"][0] | {"document": (io.BytesIO(PROOF), "x.pdf")})
    assert (page.status, "You can have" in page.text) == (409, True)

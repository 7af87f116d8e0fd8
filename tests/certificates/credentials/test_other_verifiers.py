"""Badges as they are issued and served, judged offline by two families of verifiers that nobody here wrote."""

import copy
import json

import pytest

from course import create_app
from course.certificates.credentials import contexts, keys, proofs
from course.certificates.issuing import ending, issuing, queries
from course.certificates.issuing.models import Correction, Reason
from course.platform import db
from course.site import site_of
from tests import factories
from tests.factories import NOON
from tests.pages import Pages
from tests.verifiers import OB3, verdict

ADDRESS = "https://ce.example.org"


@pytest.fixture
def site(app, config, catalog):
    """The app at a public address, so that its keys are found by did:web."""
    made = at_address(app, config, catalog)
    yield made
    site_of(made).engines.writing.dispose()


def at_address(app, config, catalog):
    with app.app_context():
        database = db.session.get_bind().url.render_as_string(hide_password=False)
    made = create_app(factories.replaced(config, public_url=ADDRESS, database=database), catalog)
    made.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return made


@pytest.fixture
def issued(site, learner, admin):
    return factories.issue(site, learner, admin)


def served(site, path):
    return Pages(site).get(path).response.get_json(force=True)


def judged(site, badge):
    return verdict(badge, served(site, "/.well-known/did.json"), served(site, "/status/1"))


def test_a_badge_of_a_public_address_is_accepted_and_stands(site, issued):
    said = judged(site, json.loads(issued.credential))
    assert said.accepted, said.error
    assert said.ended == [False]
    assert said.errors == []
    assert said.steps == {
        "valid_signature": True,
        "expiration": True,
        "revocation_status": True,
        "registered_issuer": False,  # no registry lists the site, and none is asked
    }
    assert [one["result"]["valid"] for one in said.schema] == [True]


@pytest.mark.parametrize("end", ["revoke", "supersede"])
def test_what_no_longer_stands_is_told_by_its_bit_and_its_signature_stays_good(site, issued, admin, end):
    with site.app_context():
        certificate = queries.certificate_of(issued.code)
        if end == "revoke":
            ending.revoke(certificate, Reason.AT_REQUEST, "asked", actor=admin, now=NOON)
        else:
            issuing.supersede(certificate, Correction.RESCORED, "a key was wrong", actor=admin, now=NOON)
    said = judged(site, json.loads(issued.credential))
    assert said.ended == [True]
    assert said.accepted
    assert said.steps["valid_signature"]
    assert not said.steps["revocation_status"]


@pytest.mark.parametrize(
    "change",
    [
        lambda badge: badge["credentialSubject"].update(creditsEarned=48),
        lambda badge: badge["credentialSubject"]["identifier"][1].update(identityHash="Somebody Else"),
        lambda badge: badge["credentialStatus"].update(statusListIndex="9"),
        lambda badge: badge["proof"].update(created="2026-03-02T13:00:01Z"),
        lambda badge: badge.update(invented="member"),
    ],
    ids=["hours", "name", "status", "proof", "member"],
)
def test_a_changed_badge_is_refused(site, issued, change):
    badge = json.loads(issued.credential)
    change(badge)
    said = judged(site, badge)
    assert not said.accepted
    assert not said.steps.get("valid_signature")


def test_a_badge_without_the_context_of_its_schema_is_refused(site, issued, monkeypatch):
    """Signed by who leaves undefined names out of what is signed, as PyLD does by itself."""
    monkeypatch.setattr(proofs, "_expanded", dict)
    badge = json.loads(issued.credential)
    badge["@context"].remove(contexts.EXTENSIONS)
    del badge["proof"]
    said = judged(site, site_of(site).issuer.sign(badge, NOON))
    assert not said.accepted
    assert "Safe mode validation error" in said.error
    assert not said.steps.get("valid_signature")


def test_after_a_rotation_the_old_key_still_proves_and_the_new_one_too(site, issued, app, config, catalog, admin):
    old_did = served(site, "/.well-known/did.json")
    keys.rotate(config.data)
    rotated = at_address(app, config, catalog)
    other = factories.issue(rotated, factories.person(rotated, "Nora New"), admin)
    by_old, by_new = json.loads(issued.credential), json.loads(other.credential)
    assert by_old["proof"]["verificationMethod"] != by_new["proof"]["verificationMethod"]
    for badge in (by_old, by_new):
        said = judged(rotated, badge)
        assert said.accepted, said.error
        assert said.steps["valid_signature"]
    assert not verdict(by_new, old_did, served(rotated, "/status/1")).accepted
    site_of(rotated).engines.writing.dispose()


def test_a_badge_whose_time_is_over_is_told_from_a_changed_one(site, learner, admin):
    factories.set_course(site, valid_months=1)
    said = judged(site, json.loads(factories.issue(site, learner, admin).credential))
    assert not said.accepted
    assert "validUntil" in said.error
    assert said.steps == {
        "valid_signature": True,
        "expiration": False,
        "revocation_status": True,
        "registered_issuer": False,
    }


def test_without_a_public_address_the_key_itself_is_the_issuer_and_is_accepted(app, learner, admin):
    badge = json.loads(factories.issue(app, learner, admin).credential)
    assert badge["issuer"]["id"].startswith("did:key:")
    said = verdict(badge, site_of(app).issuer.document, served(app, "/status/1"))
    assert said.accepted, said.error
    assert said.steps["valid_signature"]


def test_the_reference_credential_of_the_project_is_accepted_with_its_own_documents():
    """Anchors the two verifiers: data from elsewhere, made before this code."""
    badge, did, clear, revoked = examples("eddsa-rdfc-2022", "did", "status-list-clear", "status-list-revoked")
    assert verdict(badge, did, clear).ended == [False]
    assert verdict(badge, did, revoked).ended == [True]
    changed = copy.deepcopy(badge)
    changed["credentialSubject"]["creditsEarned"] = 48
    assert not verdict(changed, did, clear).accepted


def examples(*names):
    return [json.loads((OB3 / "examples" / f"ours-{name}.json").read_text()) for name in names]

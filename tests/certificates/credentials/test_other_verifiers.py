"""Issued badges, judged offline by two families of other people's verifiers."""

import copy
import json

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from openbadgeslib.ob3 import add_data_integrity_proof

from course import create_app
from course.certificates.credentials import contexts, keys
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


def test_a_badge_of_a_public_address_is_accepted_and_valid(site, issued):
    result = judged(site, json.loads(issued.credential))
    assert result.accepted, result.error
    assert result.ended == [False]
    assert result.errors == []
    assert result.steps == {
        "valid_signature": True,
        "expiration": True,
        "revocation_status": True,
        "registered_issuer": False,  # no registry lists the site, and none is asked
    }
    assert [one["result"]["valid"] for one in result.schema] == [True]


@pytest.mark.parametrize("end", ["revoke", "supersede"])
def test_an_ended_certificate_has_its_bit_set_and_an_intact_signature(site, issued, admin, end):
    with site.app_context():
        certificate = queries.certificate_of(issued.code)
        if end == "revoke":
            ending.revoke(certificate, Reason.AT_REQUEST, "asked", actor=admin, now=NOON)
        else:
            issuing.supersede(certificate, Correction.RESCORED, "a key was wrong", actor=admin, now=NOON)
    result = judged(site, json.loads(issued.credential))
    assert result.ended == [True]
    assert result.accepted
    assert result.steps["valid_signature"]
    assert not result.steps["revocation_status"]


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
    result = judged(site, badge)
    assert not result.accepted
    assert not result.steps.get("valid_signature")


def test_a_badge_without_the_context_of_its_schema_is_refused(site, issued):
    """Our own `sign` refuses such a badge; the library signs it without the names that no context defines."""
    badge = json.loads(issued.credential)
    badge["@context"].remove(contexts.EXTENSIONS)
    del badge["proof"]
    key = site_of(site).issuer.keys[-1]
    pem = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    method = f"{site_of(site).issuer.did}#{key.public}"
    result = judged(site, add_data_integrity_proof(badge, pem, method, created=NOON))
    assert not result.accepted
    assert "Safe mode validation error" in result.error
    assert not result.steps.get("valid_signature")


def test_after_a_rotation_badges_of_the_old_and_the_new_key_verify(site, issued, app, config, catalog, admin):
    old_did = served(site, "/.well-known/did.json")
    keys.rotate(config.data)
    rotated = at_address(app, config, catalog)
    other = factories.issue(rotated, factories.person(rotated, "Nora New"), admin)
    by_old, by_new = json.loads(issued.credential), json.loads(other.credential)
    assert by_old["proof"]["verificationMethod"] != by_new["proof"]["verificationMethod"]
    for badge in (by_old, by_new):
        result = judged(rotated, badge)
        assert result.accepted, result.error
        assert result.steps["valid_signature"]
    assert not verdict(by_new, old_did, served(rotated, "/status/1")).accepted
    site_of(rotated).engines.writing.dispose()


def test_an_expired_badge_is_reported_as_expired_not_as_changed(site, learner, admin):
    factories.set_course(site, valid_months=1)
    result = judged(site, json.loads(factories.issue(site, learner, admin).credential))
    assert not result.accepted
    assert "validUntil" in result.error
    assert result.steps == {
        "valid_signature": True,
        "expiration": False,
        "revocation_status": True,
        "registered_issuer": False,
    }


def test_without_a_public_address_the_key_itself_is_the_issuer_and_is_accepted(app, learner, admin):
    badge = json.loads(factories.issue(app, learner, admin).credential)
    assert badge["issuer"]["id"].startswith("did:key:")
    result = verdict(badge, site_of(app).issuer.document, served(app, "/status/1"))
    assert result.accepted, result.error
    assert result.steps["valid_signature"]


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

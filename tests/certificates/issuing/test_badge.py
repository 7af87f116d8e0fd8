"""Issued badges, checked by the official schema, by another verifier and by content."""

import base64
import dataclasses
import gzip
import hashlib
import io
import json
from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft201909Validator
from openbadgeslib.ob3.ldp import OB3LdpVerifier
from PIL import Image

from course import create_app
from course.certificates.credentials import baking, multibase, rules
from course.certificates.credentials.pdf_signing import SignatureFinding
from course.certificates.issuing import ending, issuing, picture, queries, signed_files
from course.certificates.issuing.facts import Facts
from course.certificates.issuing.models import Correction, Reason
from course.cli import cli
from course.platform import db
from course.platform.config import BadSetting
from course.site import site, site_of
from tests import factories
from tests.factories import NOON
from tests.pages import Pages
from tests.sampling import times

DATA = Path(__file__).parents[2] / "data" / "ob3"
SCHEMA = Draft201909Validator(
    json.loads((DATA / "schema" / "ob_v3p0_achievementcredential_schema.json").read_text()),
    format_checker=Draft201909Validator.FORMAT_CHECKER,
)
PICTURES = [("png", "image/png", baking.from_png), ("svg", "image/svg+xml", baking.from_svg)]


def badge_of(app, certificate):
    with app.app_context():
        (_, text) = queries.credential_of(None, certificate.code, any_owner=True)
    return json.loads(text)


def pem_of(app):

    public = site_of(app).issuer.keys[-1].private.public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture
def issued(app, learner, admin):
    return factories.issue(app, learner, admin)


def test_an_issued_badge_passes_the_official_schema_and_another_verifier(app, issued):
    badge = badge_of(app, issued)
    SCHEMA.validate(badge)
    OB3LdpVerifier(pem_of(app)).verify(badge)


def badge_with(app, certificate, **facts):
    """Return the badge as it would be signed with these facts instead of the certificate's."""
    with app.app_context():
        changed = Facts.from_json(certificate.facts | facts)
        plan = signed_files.Plan(facts=changed, completion={}, email="a@example.org", salt="s", status_index=7)
        return json.loads(signed_files.signed_badge(plan, site().issuer))


def objections(badge, app):
    """Return the objections of the three verifiers."""
    yield from (error.message for error in SCHEMA.iter_errors(badge))
    yield from rules.faults(badge)
    OB3LdpVerifier(pem_of(app)).verify(badge)


@settings(max_examples=times(300, few=15))
@given(name=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=200).filter(str.strip))
@example(name="محمد بن سلمان")
@example(name="יעל כהן")
@example(name='Ann "Q" \\ <b> ]]> &amp;')
@example(name="ア 漢字 👩🏽‍⚕️")
@example(name="x" * 200)
@example(name="\u202eeel nnA\u2028\x85\uffff")
def test_a_badge_with_any_name_is_accepted_by_every_verifier_and_survives_its_picture(app, issued, name):
    badge = badge_with(app, issued, name=name)
    assert list(objections(badge, app)) == []
    assert badge["credentialSubject"]["identifier"][1]["identityHash"] == name
    text = json.dumps(badge, ensure_ascii=False)
    facts = Facts.from_json(issued.facts)
    assert json.loads(baking.from_svg(picture.baked_svg(facts, text))) == badge
    assert json.loads(baking.from_png(picture.baked_png(facts, text))) == badge


@pytest.mark.parametrize(
    "facts",
    [
        {"approvals": [{"state": "TX", "number": "TX-99"}, {"state": "NV", "number": "“1”"}]},
        {"minutes": {"self_paced_online": 0, "live_online": 90, "in_person": 1620}},
        {"provider_contact": None, "instructor": None, "license_number": None},
        {"provider_contact": "help@example.org", "provider_name": "Ça & <Co>"},
        {"course_title": "Needling near the lung, " * 20},
        {"minutes": {"self_paced_online": 14}},
        {"valid_until": "2100-03-31"},
    ],
)
def test_a_badge_with_other_facts_is_accepted_by_every_verifier(app, issued, facts):
    assert list(objections(badge_with(app, issued, **facts), app)) == []


def test_a_badge_that_others_would_reject_is_not_signed(app, issued):
    with pytest.raises(signed_files.BadgeInvalid, match="has no name"):
        badge_with(app, issued, course_title=" ")


def test_it_states_hours_course_and_verification_link_and_hides_the_email(app, issued):
    badge = badge_of(app, issued)
    subject = badge["credentialSubject"]
    assert subject["creditsEarned"] == 1.25
    assert subject["achievement"]["achievementType"] == "CertificateOfCompletion"
    assert badge["evidence"][0]["id"] == badge["id"].removesuffix("#credential") == issued.facts["verify_url"]
    assert "lena@example.org" not in json.dumps(badge)
    hashed = subject["identifier"][0]
    expected = hashlib.sha256(("lena@example.org" + hashed["salt"]).encode()).hexdigest()
    assert hashed["identityHash"] == f"sha256${expected}"


def test_only_the_owner_downloads_it_and_always_the_same_bytes(pages, learner, other_learner, issued):
    page = pages.as_(learner).get(f"/certificates/{issued.code}.json")
    assert page.response.mimetype == "application/vc+ld+json"
    assert page.response.get_data(as_text=True) == issued.credential
    assert pages.as_(other_learner).get(f"/certificates/{issued.code}.json").status == 404


@pytest.mark.parametrize(("kind", "mimetype", "read"), PICTURES)
def test_the_picture_has_the_same_badge_in_it(pages, learner, other_learner, admin, issued, kind, mimetype, read):
    for person in (learner, admin):
        response = pages.as_(person).client.get(f"/certificates/{issued.code}.{kind}")
        assert response.mimetype == mimetype
        assert response.headers["Content-Disposition"].endswith(f'"certificate-{issued.code}.{kind}"')
        assert read(response.data) == issued.credential
    assert pages.as_(other_learner).get(f"/certificates/{issued.code}.{kind}").status == 404


def test_the_picture_shows_course_and_hours_and_not_the_person(app, issued):
    facts = Facts.from_json(issued.facts)
    same = dataclasses.replace(facts, name="Somebody Else", code="AAAA-AAAA-AAAA-AAAA")
    more = dataclasses.replace(facts, minutes={"self_paced_online": 600})
    assert picture.baked_png(same, "{}") == picture.baked_png(facts, "{}")
    assert picture.baked_png(more, "{}") != picture.baked_png(facts, "{}")
    shown = Image.open(io.BytesIO(picture.baked_png(facts, "{}")))
    assert shown.size == (600, 600)
    assert len(shown.getcolors(1_000_000)) > 50  # words and a mark, not a plain disk
    assert b"<text" not in picture.baked_svg(facts, "{}")  # letters are drawn, so no font is needed to show them


def bits(pages, number=1):
    badge = pages.get(f"/status/{number}").response.get_json(force=True)
    encoded = badge["credentialSubject"]["encodedList"][1:]
    data = gzip.decompress(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    assert len(data) * 8 == 131_072
    return badge, {n * 8 + bit for n, byte in enumerate(data) if byte for bit in range(8) if byte & 0x80 >> bit}


@pytest.mark.parametrize("end", ["revoke", "supersede"])
def test_the_status_list_has_the_bit_of_an_ended_certificate(app, pages, learner, admin, issued, end):
    assert bits(pages)[1] == set()
    with app.app_context():
        certificate = queries.certificate_of(issued.code)
        if end == "revoke":
            ending.revoke(certificate, Reason.AT_REQUEST, "asked", actor=admin, now=NOON)
        else:
            issuing.supersede(certificate, Correction.RESCORED, "a key was wrong", actor=admin, now=NOON)
    listed, found = bits(pages)
    assert found == {issued.status_index}
    status = json.loads(issued.credential)["credentialStatus"]
    assert (int(status["statusListIndex"]), status["statusListCredential"]) == (issued.status_index, listed["id"])
    assert site_of(app).issuer.signed(listed)
    for kind in ("json", "png", "svg"):
        assert pages.as_(learner).get(f"/certificates/{issued.code}.{kind}").status == 404


def test_a_status_list_without_certificates_is_not_found(pages, issued):
    assert pages.get("/status/2").status == 404
    assert pages.get("/status/0").status == 404


def test_without_a_public_address_there_is_no_did_json(pages):
    assert pages.get("/.well-known/did.json").status == 404


def test_did_json_has_the_key_and_any_site_may_read_it(config, catalog, app):
    public = create_app(factories.replaced(config, public_url="https://ce.example.org", database=db_url(app)), catalog)
    response = Pages(public).get("/.well-known/did.json").response
    site_of(public).engines.writing.dispose()
    (method,) = response.get_json(force=True)["verificationMethod"]
    assert multibase.decode(method["publicKeyMultibase"])[:2] == multibase.ED25519
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_certificates_of_another_public_address_are_found_before_a_start(config, catalog, app, learner, admin):
    old = create_app(
        factories.replaced(config, public_url="https://old.example.org", database=str(db_url(app))), catalog
    )
    factories.issue(old, learner, admin)
    with app.app_context():
        assert queries.outside_issuers(site().issuer.did) == ["did:web:old.example.org"]
    with old.app_context():
        assert queries.outside_issuers(site().issuer.did) == []
    site_of(old).engines.writing.dispose()


def db_url(app):
    with app.app_context():
        return db.session.get_bind().url.render_as_string(hide_password=False)


def test_the_document_is_signed_and_has_the_same_badge_attached(app, issued, admin):
    with app.app_context():
        (_, document) = queries.document_of(admin, issued.code, any_owner=True)
    assert site_of(app).signer.check(document) is SignatureFinding.INTACT
    with pikepdf.open(io.BytesIO(document)) as opened:
        assert opened.attachments["credential.json"].get_file().read_bytes().decode() == issued.credential


class TestCommands:
    @pytest.fixture
    def run(self, config):
        return lambda *words, **env: CliRunner().invoke(
            cli, words, env={"COURSE_DATA": str(config.data), "PUBLIC_URL": "", **env}, catch_exceptions=True
        )

    def test_rotating_adds_a_key_and_prints_which_one_signs(self, run):
        (old,) = run("keys", "list").output.split()
        new = run("keys", "rotate").output.split()[0]
        assert run("keys", "list").output.split() == [old, new]

    def test_rotating_does_not_change_a_key_file_of_the_operator(self, run, config):
        before = sorted((config.data / "keys").glob("document-*"))
        said = run("keys", "rotate", PDF_P12="/mnt/operator.p12").output
        assert "PDF_P12 continues to sign documents" in said
        assert sorted((config.data / "keys").glob("document-*")) == before

    def test_another_public_address_stops_the_start_with_advice(self, run, config, catalog, app, learner, admin):
        old = create_app(
            factories.replaced(config, public_url="https://old.example.org", database=db_url(app)), catalog
        )
        factories.issue(old, learner, admin)
        site_of(old).engines.writing.dispose()
        for other in ("", "https://new.example.org"):
            refused = run("migrate", PUBLIC_URL=other)
            assert isinstance(refused.exception, BadSetting)
            assert "old.example.org again" in str(refused.exception)
        assert run("migrate", PUBLIC_URL="https://old.example.org").exit_code == 0

    def test_certificates_issued_without_an_address_do_not_stop_the_start(self, run, app, learner, admin):
        factories.issue(app, learner, admin)
        assert run("migrate", PUBLIC_URL="https://new.example.org").exit_code == 0

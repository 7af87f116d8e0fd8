"""Data Integrity proofs, against the W3C's test vector and the verifier of openbadgeslib."""

import copy
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from openbadgeslib.ob3.ldp import OB3LdpVerifier

from course.certificates.credentials import contexts, multibase, proofs

DATA = Path(__file__).parents[2] / "data" / "ob3"
OURS = json.loads((DATA / "examples" / "ours-eddsa-rdfc-2022.json").read_text())
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
METHOD = "did:web:ce.example.org#" + multibase.encode(
    multibase.ED25519 + KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
)
MOMENT = "2026-11-20T15:00:05Z"


def unsigned(**more):
    return {name: value for name, value in OURS.items() if name != "proof"} | more


def key_of(document):
    return Ed25519PublicKey.from_public_bytes(
        multibase.decode(document["proof"]["verificationMethod"].split("#")[1])[2:]
    )


@pytest.fixture
def examples_context(monkeypatch):
    """Add the context of the test vector, which the product does not pin."""
    own = json.loads((DATA / "vectors" / "credentials-examples-v2.json").read_text())
    known = contexts.document
    monkeypatch.setattr(
        contexts,
        "document",
        lambda url: own if url == "https://www.w3.org/ns/credentials/examples/v2" else known(url),
    )


def test_hashes_and_signature_equal_the_w3c_vector(examples_context):
    document = json.loads((DATA / "vectors" / "signed-credential.json").read_text())
    proof = document.pop("proof")
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    signed = proofs.data_to_sign(document, options)
    assert signed[:32].hex() == (DATA / "vectors" / "proof-config-hash.txt").read_text().strip()
    assert signed[32:].hex() == (DATA / "vectors" / "doc-hash.txt").read_text().strip()
    pair = json.loads((DATA / "vectors" / "key-pair.json").read_text())
    private = Ed25519PrivateKey.from_private_bytes(multibase.decode(pair["privateKeyMultibase"])[2:])
    again = proofs.sign(document, private, method=proof["verificationMethod"], created=proof["created"])
    assert again["proof"]["proofValue"] == proof["proofValue"]


def test_a_credential_that_two_other_verifiers_accepted_is_intact():
    assert proofs.is_intact(OURS, key_of(OURS))


def test_another_verifier_accepts_our_signature_and_refuses_a_changed_badge():
    signed = proofs.sign(unsigned(), KEY, method=METHOD, created=MOMENT)
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    OB3LdpVerifier(pem).verify(signed)
    changed = copy.deepcopy(signed)
    changed["credentialSubject"]["creditsEarned"] = 48
    with pytest.raises(Exception, match=r"(?i)signature|proof|verif"):
        OB3LdpVerifier(pem).verify(changed)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Other"},
        {"validFrom": "2020-01-01T00:00:00Z"},
        {"unknownMember": "added"},
        {"proof": {}},
        {"proof": None},
        {"proof": OURS["proof"] | {"proofValue": "z1"}},
        {"proof": OURS["proof"] | {"proofValue": "not multibase"}},
        {"proof": OURS["proof"] | {"created": "2020-01-01T00:00:00Z"}},
        {"@context": ["https://example.org/unknown"]},
    ],
)
def test_any_change_breaks_the_proof(change):
    assert not proofs.is_intact(OURS | change, key_of(OURS))


def test_another_key_does_not_verify():
    assert not proofs.is_intact(OURS, KEY.public_key())


@pytest.mark.parametrize(
    "extra", [{"permit": "DN-1"}, {"type": ["VerifiableCredential", "OpenBadgeCredential", "Invented"]}]
)
def test_a_member_or_type_that_no_context_defines_is_not_signed(extra):
    with pytest.raises(proofs.NotSignable):
        proofs.sign(unsigned(**extra), KEY, method=METHOD, created=MOMENT)


def test_a_schema_without_the_extensions_context_is_not_signed():
    with pytest.raises(proofs.NotSignable, match="1EdTechJsonSchemaValidator2019"):
        proofs.sign(unsigned(**{"@context": OURS["@context"][:2]}), KEY, method=METHOD, created=MOMENT)


def test_a_context_that_is_not_pinned_or_not_as_pinned_is_refused(monkeypatch):
    with pytest.raises(contexts.UnknownContext):
        contexts.load("https://example.org/context")
    contexts.document.cache_clear()
    name, _ = contexts.PINNED[contexts.MULTIKEY]
    monkeypatch.setitem(contexts.PINNED, contexts.MULTIKEY, (name, "0" * 64))
    with pytest.raises(contexts.UnknownContext, match="not the file that was pinned"):
        contexts.load(contexts.MULTIKEY)


@given(st.binary(max_size=70))
def test_multibase_decodes_what_it_encodes(data):
    assert multibase.decode(multibase.encode(data)) == data


@pytest.mark.parametrize("text", ["", "f00", "z0", "zl", "z" + "1" * 200])
def test_other_text_than_multibase_is_refused(text):
    with pytest.raises(ValueError, match=r"multibase|substring"):
        multibase.decode(text)

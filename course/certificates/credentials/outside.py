"""Badges from anywhere, judged by a verifier of others that bounds its own work: a hostile one costs no more."""

from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3.ldp import OB3LdpVerifier

from course.certificates.credentials import multibase


def named_key(badge: Mapping[str, Any]) -> str | None:
    """The key that a proof names in its own address, in multibase; None where it would have to be fetched."""
    proofs = badge.get("proof")
    for proof in proofs if isinstance(proofs, list) else [proofs]:
        method = str(proof.get("verificationMethod", "")) if isinstance(proof, dict) else ""
        key = method.rpartition("#")[2].removeprefix("did:key:")
        if _read(key):
            return key
    return None


def accepts(badge: Mapping[str, Any], key: str) -> bool:
    """Whether the badge is in time and signed with this key as it is. Nothing is fetched."""
    public = _read(key)
    if public is None:
        return False
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    try:
        OB3LdpVerifier(pem).verify(dict(badge))
    except LibOpenBadgesException:
        return False
    return True


def _read(key: str) -> Ed25519PublicKey | None:
    try:
        data = multibase.decode(key)
        return Ed25519PublicKey.from_public_bytes(data[2:]) if data[:2] == multibase.ED25519 else None
    except ValueError:
        return None

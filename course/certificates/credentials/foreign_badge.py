"""Badges of other issuers, checked by openbadgeslib, which bounds the work that a hostile badge can cause."""

from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3.ldp import OB3LdpVerifier

from course.certificates.credentials import multibase


def named_key(badge: Mapping[str, Any]) -> str | None:
    """Return the multibase public key that a proof states itself; None where the key would have to be fetched."""
    proofs = badge.get("proof")
    for proof in proofs if isinstance(proofs, list) else [proofs]:
        method = str(proof.get("verificationMethod", "")) if isinstance(proof, dict) else ""
        key = method.rpartition("#")[2].removeprefix("did:key:")
        if _public_key(key):
            return key
    return None


def is_valid(badge: Mapping[str, Any], key: str) -> bool:
    """Return whether the badge has not expired and is unchanged since this key signed it. Nothing is fetched."""
    public = _public_key(key)
    if public is None:
        return False
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    try:
        OB3LdpVerifier(pem).verify(dict(badge))
    except LibOpenBadgesException:
        return False
    return True


def _public_key(key: str) -> Ed25519PublicKey | None:
    try:
        data = multibase.decode(key)
        return Ed25519PublicKey.from_public_bytes(data[2:]) if data[:2] == multibase.ED25519 else None
    except ValueError:
        return None

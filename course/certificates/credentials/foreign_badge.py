"""Badges of other issuers, checked by openbadgeslib, which bounds the work that a hostile badge can cause.

Its bounds are for a program that has nothing else to do: a badge of 66 kB took 1.6 seconds, and blank nodes that refer
to each other take up to a second more. MAX_PARTS is about a tenth of a second.
"""

from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3.ldp import OB3LdpVerifier

from course.certificates.credentials import multibase

MAX_PARTS = 250
BLANK_NODE = "_:"


def is_checkable(badge: Mapping[str, Any]) -> bool:
    """Return whether the work of checking the signature is small."""
    return _parts(badge, 1) <= MAX_PARTS


def _parts(value: Any, weight: int) -> int:
    """Return the number of objects and list entries. Those of an endorsement count again for each level of nesting.

    A named blank node is over the limit, because nodes that refer to each other are what makes the work explode.
    """
    if isinstance(value, str):
        return MAX_PARTS + 1 if value.startswith(BLANK_NODE) else 0
    if isinstance(value, list):
        return sum(weight + _parts(one, weight) for one in value)
    if not isinstance(value, dict):
        return 0
    weight += "EndorsementCredential" in str(value.get("type"))
    return weight + sum(_parts(one, weight) for one in value.values())


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

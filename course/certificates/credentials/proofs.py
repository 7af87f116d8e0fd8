"""Data Integrity proofs with the cryptosuite eddsa-rdfc-2022 (W3C VC-DI-EdDSA): sign, and check with a known key."""

import hashlib
import threading
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pyld import jsonld

from course.certificates.credentials import contexts, multibase

SUITE = "eddsa-rdfc-2022"
_one_at_a_time = threading.Lock()  # PyLD keeps contexts in caches that threads break for each other
NOWHERE = "undefined:/"  # what a name is relative to that no context makes absolute


class NotSignable(Exception):
    """A member or type that no context defines: it would be left out of what is signed."""


def sign(document: Mapping[str, Any], key: Ed25519PrivateKey, *, method: str, created: str) -> dict[str, Any]:
    """The document with its proof. `method`: the address of the public key; `created`: a moment as in XML Schema."""
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": created,
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    signature = key.sign(data_to_sign(document, proof))
    return {**document, "proof": {**proof, "proofValue": multibase.encode(signature)}}


def is_intact(document: Mapping[str, Any], key: Ed25519PublicKey) -> bool:
    """Whether the document's one proof was made with this key over exactly this document."""
    proof = document.get("proof")
    if not isinstance(proof, dict) or (proof.get("type"), proof.get("cryptosuite")) != ("DataIntegrityProof", SUITE):
        return False
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    try:
        key.verify(multibase.decode(str(proof.get("proofValue"))), data_to_sign(unsigned, options))
    except (InvalidSignature, ValueError, NotSignable, contexts.UnknownContext, jsonld.JsonLdError):
        return False
    return True


def data_to_sign(document: Mapping[str, Any], options: Mapping[str, Any]) -> bytes:
    """SHA-256 of the canonical proof options, then SHA-256 of the canonical document: 64 bytes."""
    options = {"@context": document["@context"], **options}
    return digest(options) + digest(document)


def digest(document: Mapping[str, Any]) -> bytes:
    """SHA-256 of the document's canonical form (RDFC-1.0, N-Quads)."""
    with _one_at_a_time:
        canonical = jsonld.normalize(
            _expanded(document),
            {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": contexts.load},
        )
    return hashlib.sha256(canonical.encode()).digest()


def _expanded(document: Mapping[str, Any]) -> list[Any]:
    """Without its contexts, so that they are gone through once.

    PyLD leaves out in silence what no context defines; other verifiers refuse it, and so does this.
    """
    undefined: list[Any] = []
    expanded: list[Any] = jsonld.expand(
        dict(document),
        {"documentLoader": contexts.load, "base": NOWHERE},
        on_property_dropped=undefined.append,
    )
    undefined += [name.removeprefix(NOWHERE) for name in _names(expanded) if name.startswith(NOWHERE)]
    if undefined:
        raise NotSignable(f"No context defines {', '.join(map(str, undefined))}.")
    return expanded


def _names(expanded: Any) -> list[str]:
    """Every type and every identifier in an expanded document."""
    if isinstance(expanded, list):
        return [name for one in expanded for name in _names(one)]
    if not isinstance(expanded, dict):
        return []
    own = [expanded.get("@id", ""), *expanded.get("@type", [])] if isinstance(expanded.get("@type", []), list) else []
    return own + [name for key, value in expanded.items() if key != "@type" for name in _names(value)]

"""Data Integrity proofs with the cryptosuite eddsa-rdfc-2022 (W3C VC-DI-EdDSA): sign, and verify with a known key."""

import hashlib
import threading
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pyld import jsonld

from course.certificates.credentials import contexts, multibase

SUITE = "eddsa-rdfc-2022"
UNDEFINED_BASE = "undefined:/"  # a name that no context defines becomes an address under it
_canonicalization_lock = threading.Lock()  # the context caches of PyLD are not safe for threads


class NotSignable(Exception):
    """No context defines a member or type, so the signature would not cover it."""


def sign(document: Mapping[str, Any], key: Ed25519PrivateKey, *, method: str, created: str) -> dict[str, Any]:
    """Return the document with its proof. `method`: the address of the public key; `created`: an XML Schema dateTime.

    Raise NotSignable.
    """
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
    """Return whether the document has one proof, made with this key over exactly this document."""
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
    """Return 64 bytes: SHA-256 of the canonical proof options, then SHA-256 of the canonical document."""
    options = {"@context": document["@context"], **options}
    return digest(options) + digest(document)


def digest(document: Mapping[str, Any]) -> bytes:
    """Return the SHA-256 of the document's canonical form (RDFC-1.0, N-Quads)."""
    with _canonicalization_lock:
        canonical = jsonld.normalize(
            _expanded(document),
            {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": contexts.load},
        )
    return hashlib.sha256(canonical.encode()).digest()


def _expanded(document: Mapping[str, Any]) -> list[Any]:
    """Return the document in expanded JSON-LD. Raise NotSignable.

    PyLD silently drops what no context defines. Other verifiers refuse such a document, so we do, too.
    """
    undefined: list[Any] = []
    expanded: list[Any] = jsonld.expand(
        dict(document),
        {"documentLoader": contexts.load, "base": UNDEFINED_BASE},
        on_property_dropped=undefined.append,
    )
    undefined += [name.removeprefix(UNDEFINED_BASE) for name in _names(expanded) if name.startswith(UNDEFINED_BASE)]
    if undefined:
        raise NotSignable(f"No context defines {', '.join(map(str, undefined))}.")
    return expanded


def _names(expanded: Any) -> list[str]:
    """Return every type and every identifier in an expanded document."""
    if isinstance(expanded, list):
        return [name for one in expanded for name in _names(one)]
    if not isinstance(expanded, dict):
        return []
    own = [expanded.get("@id", ""), *expanded.get("@type", [])] if isinstance(expanded.get("@type", []), list) else []
    return own + [name for key, value in expanded.items() if key != "@type" for name in _names(value)]

"""The issuer of credentials: a DID of the public address, or of the key itself where there is no address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from course.certificates.credentials import contexts, proofs
from course.certificates.credentials.keys import Key


@dataclass(frozen=True)
class Issuer:
    did: str
    keys: tuple[Key, ...]  # oldest first; the newest signs

    def sign(self, document: Mapping[str, Any], at: datetime) -> dict[str, Any]:
        """Return the document with a proof of the newest key."""
        key = self.keys[-1]
        return proofs.sign(document, key.private, method=f"{self.did}#{key.public}", created=instant(at))

    def signed(self, document: Mapping[str, Any]) -> bool:
        """Return whether one of these keys signed exactly this document."""
        proof = document.get("proof")
        method = str(proof.get("verificationMethod")) if isinstance(proof, dict) else ""
        return any(
            method.endswith(f"#{key.public}") and proofs.is_intact(document, key.private.public_key())
            for key in self.keys
        )

    @property
    def document(self) -> dict[str, Any]:
        """did.json with all keys, so that credentials signed with an old one can still be checked."""
        methods = [
            {
                "id": f"{self.did}#{key.public}",
                "type": "Multikey",
                "controller": self.did,
                "publicKeyMultibase": key.public,
            }
            for key in self.keys
        ]
        return {
            "@context": [contexts.DID, contexts.MULTIKEY],
            "id": self.did,
            "verificationMethod": methods,
            "assertionMethod": [method["id"] for method in methods],
        }


def issuer(public_url: str, keys: tuple[Key, ...]) -> Issuer:
    """Return the issuer: did:web of the public address, or did:key of the newest key without one."""
    if not public_url:
        return Issuer(f"did:key:{keys[-1].public}", keys)
    return Issuer("did:web:" + urlsplit(public_url).netloc.replace(":", "%3A"), keys)


def instant(at: datetime) -> str:
    """Return the moment as an XML Schema dateTime, in UTC and whole seconds."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

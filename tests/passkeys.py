"""A passkey in software, which can also do what no honest device does."""

import hashlib
import json
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url

ORIGIN = "http://localhost"
PRESENT, VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


@dataclass
class SoftPasskey:
    """`counts`: whether it counts its signatures, as a security key does. One that several devices share does not."""

    counts: bool = False
    credential_id: bytes = b"passkey-1"
    sign_count: int = 0
    user_handle: str = ""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def register(self, options: dict[str, Any], *, origin: str = ORIGIN, verified: bool = True) -> str:
        """Return what a browser sends after it made this passkey."""
        self.user_handle = options["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        data = self._data(options["rp"]["id"], HAS_KEY, verified=verified) + bytes(16)
        data += struct.pack(">H", len(self.credential_id)) + self.credential_id + cbor2.dumps(key)
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["challenge"], origin)
        return self._sent(clientDataJSON=client, attestationObject=attestation)

    def sign(
        self, options: dict[str, Any], *, origin: str = ORIGIN, verified: bool = True, site: str | None = None
    ) -> str:
        """Return what a browser sends after the person allowed the sign-in."""
        if self.counts:
            self.sign_count += 1
        data = self._data(site or options["rpId"], 0, verified=verified)
        client = self._client("webauthn.get", options["challenge"], origin)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._sent(
            clientDataJSON=client, authenticatorData=data, signature=signature, userHandle=self.user_handle
        )

    def _data(self, site: str, flags: int, *, verified: bool) -> bytes:
        flags |= PRESENT | (VERIFIED if verified else 0)
        return hashlib.sha256(site.encode()).digest() + struct.pack(">BI", flags, self.sign_count)

    def _client(self, kind: str, challenge: str, origin: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()

    def _sent(self, **response: Any) -> str:
        plain = {
            name: bytes_to_base64url(value) if isinstance(value, bytes) else value for name, value in response.items()
        }
        id_ = bytes_to_base64url(self.credential_id)
        return json.dumps(
            {"id": id_, "rawId": id_, "type": "public-key", "response": plain, "clientExtensionResults": {}}
        )


def handle_of(user: Any) -> str:
    """Return the account as a passkey names it."""
    return bytes_to_base64url(user.code.bytes)

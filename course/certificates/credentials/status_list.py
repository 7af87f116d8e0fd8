"""W3C Bitstring Status Lists: one bit a credential; a set bit says that it no longer stands."""

import base64
import gzip
from collections.abc import Iterable
from typing import Any

from course.certificates.credentials import contexts

SIZE = 131_072  # bits of a list, the least that the standard allows


def place(index: int) -> tuple[int, int]:
    """List, from 1, and position in it."""
    return index // SIZE + 1, index % SIZE


def entry(base_url: str, index: int) -> dict[str, str]:
    """What a credential says of its status."""
    number, position = place(index)
    url = f"{base_url}/status/{number}"
    return {
        "id": f"{url}#{position}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(position),
        "statusListCredential": url,
    }


def credential(base_url: str, number: int, ended: Iterable[int], *, issuer: str, valid_from: str) -> dict[str, Any]:
    """The list as a credential, not signed yet; `ended`: indexes over all lists."""
    url = f"{base_url}/status/{number}"
    return {
        "@context": [contexts.CREDENTIALS],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": valid_from,
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded(position for list_, position in map(place, ended) if list_ == number),
        },
    }


def encoded(positions: Iterable[int]) -> str:
    """Multibase base64url of the gzipped bits; bit 0 is the most significant bit of byte 0."""
    bits = bytearray(SIZE // 8)
    for position in positions:
        bits[position // 8] |= 0x80 >> position % 8
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode().rstrip("=")

"""W3C Bitstring Status Lists: one bit per credential, which is set when it is revoked or superseded."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from openbadgeslib.ob3 import build_status_list_credential, status_entry

SIZE = 131_072  # bits of a list, the least that the standard allows


def place(index: int) -> tuple[int, int]:
    """Return the number of the list, from 1, and the position in it, from 0."""
    return index // SIZE + 1, index % SIZE


def entry(base_url: str, index: int) -> dict[str, Any]:
    """Return the `credentialStatus` of the credential with that bit."""
    number, position = place(index)
    return status_entry(_address(base_url, number), "revocation", position)


def credential(base_url: str, number: int, ended: Iterable[int], *, issuer: str, issued: datetime) -> dict[str, Any]:
    """Return the list as a credential without a proof. `ended`: set bits, counted over all lists."""
    positions = [position for list_, position in map(place, ended) if list_ == number]
    return build_status_list_credential(
        issuer,
        _address(base_url, number),
        "revocation",
        positions,
        size_bits=SIZE,
        issued=issued,
    )


def _address(base_url: str, number: int) -> str:
    return f"{base_url}/status/{number}"

"""Random choices that a seed determines, the same on every machine and in every version of Python."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")


def shuffled(ids: Iterable[str], seed: str) -> list[str]:
    """Return the ids in an order that depends only on the seed, not on the order in which they are given."""
    return sorted(ids, key=lambda id_: _hash(seed, id_))


def pick(values: Sequence[T], seed: str) -> T:
    """Return one of the values, each with the same probability."""
    return values[int.from_bytes(_hash(seed, "pick")[:8]) % len(values)]


def _hash(seed: str, label: str) -> bytes:
    return hashlib.sha256(f"{seed}\0{label}".encode()).digest()

"""Chance that a seed decides: the same on every machine and in every version of Python. Pure."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")


def shuffled(ids: Iterable[str], seed: str) -> list[str]:
    """In an order that only the seed decides."""
    return sorted(ids, key=lambda id_: _number(seed, id_))


def pick(values: Sequence[T], seed: str) -> T:
    """One of the values, each as likely as the others."""
    return values[int.from_bytes(_number(seed, "pick")[:8]) % len(values)]


def _number(seed: str, what: str) -> bytes:
    return hashlib.sha256(f"{seed}\0{what}".encode()).digest()

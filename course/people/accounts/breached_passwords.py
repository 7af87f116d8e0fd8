"""Passwords of twelve characters or more that are known from data breaches.

`breached_passwords.bin` has the first five bytes of the SHA-256 of each, sorted. They are the 43,941 passwords of that
length, in lower case, among the million most used of the ten million that Mark Burnett put into the public domain. A
password that is not among them is taken for one of them less than once in ten million times.
"""

import bisect
import functools
import hashlib
from pathlib import Path

FILE = Path(__file__).with_name("breached_passwords.bin")
DIGEST_BYTES = 5


@functools.cache
def _data() -> bytes:
    return FILE.read_bytes()


def contains(password: str) -> bool:
    """Return whether the password is one of them, also with spaces in it or with digits and signs after it."""
    plain = "".join(password.lower().split())
    stem = plain.rstrip("0123456789!?.*#$%&@-_+")
    return any(_is_listed(hashlib.sha256(form.encode()).digest()[:DIGEST_BYTES]) for form in (plain, stem))


def _is_listed(digest: bytes) -> bool:
    place = bisect.bisect_left(range(len(_data()) // DIGEST_BYTES), digest, key=_digest_at)
    return _digest_at(place) == digest


def _digest_at(place: int) -> bytes:
    return _data()[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES]

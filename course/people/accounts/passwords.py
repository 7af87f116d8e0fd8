"""Passwords: argon2id at the OWASP minimum, and a check against common and guessable ones."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

MIN_LENGTH = 12
MAX_LENGTH = 128
HASHER = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)
# Verified when nobody has the address, so that the answer takes as long as for a wrong password.
DUMMY_HASH = HASHER.hash("nobody signs in with this")


def hash_password(password: str) -> str:
    return HASHER.hash(password)


def matches(password: str, digest: str) -> bool:
    try:
        return HASHER.verify(digest, password)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(digest: str) -> bool:
    return HASHER.check_needs_rehash(digest)


def weakness(password: str, *known: str) -> str | None:
    """Why the password can't be taken, or None. `known` are words that others can guess: name, e-mail."""
    if len(password) < MIN_LENGTH:
        return f"Use at least {MIN_LENGTH} characters. A few unrelated words make a good password."
    if len(password) > MAX_LENGTH:
        return f"Use at most {MAX_LENGTH} characters."
    # Its word lists hold the common passwords; a score below 2 falls within a million guesses.
    if zxcvbn(password[:72], user_inputs=[word for text in known for word in (text, *text.split())])["score"] < 2:
        return "This password is common or easy to guess. A few unrelated words make a good one."
    return None

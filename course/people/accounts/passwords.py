"""Hashes passwords with argon2id at the OWASP minimum, and refuses common and guessable ones."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

MIN_LENGTH = 12
MAX_LENGTH = 128
HASHER = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)
# Checked when an email has no account, so that the answer takes as long as for a wrong password.
DUMMY_HASH = HASHER.hash("nobody signs in with this")


def hash_password(password: str) -> str:
    """Return the argon2id hash of the password, with a salt of its own."""
    return HASHER.hash(password)


def matches(password: str, digest: str) -> bool:
    try:
        return HASHER.verify(digest, password)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(digest: str) -> bool:
    """Return whether the hash was made with other settings than today's."""
    return HASHER.check_needs_rehash(digest)


def weakness(password: str, *known: str) -> str | None:
    """Return why the password is too weak, or None. `known` are words that others can guess: the name, the email."""
    if len(password) < MIN_LENGTH:
        return f"Use at least {MIN_LENGTH} characters. A few unrelated words make a good password."
    if len(password) > MAX_LENGTH:
        return f"Use at most {MAX_LENGTH} characters."
    # zxcvbn knows the common passwords. A score below 2 means that a million guesses find the password.
    if zxcvbn(password[:72], user_inputs=[word for text in known for word in (text, *text.split())])["score"] < 2:
        return "This password is common or easy to guess. A few unrelated words make a good one."
    return None

"""Hashes passwords with argon2id at the OWASP minimum, and refuses common, breached and guessable ones.

A password counts in its normal form (NFKC), because keyboards write the same letters differently. Hashes from before
are of what was typed, so `matches` tries the other forms too, and `needs_rehash` says when to store a new hash.
"""

import re
import unicodedata
from collections.abc import Sequence

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from course.people.accounts import breached_passwords

MIN_LENGTH = 12
MAX_LENGTH = 128
MAX_TYPED_LENGTH = 1000  # bounds the work of normalizing; no stored password has as many in any form
# What zxcvbn has to estimate, as the logarithm of the number of guesses that find it: for the password without spaces,
# signs and the digits at its end, and for what remains of that without the words that everybody here would try.
MIN_GUESSES_LOG10, MIN_REST_LOG10 = 9, 5
HASHER = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)
UNUSABLE_HASH = "none"  # no password has this hash
# Checked when an email has no account, so that the answer takes as long as for a wrong password.
DUMMY_HASH = HASHER.hash("nobody signs in with this")
GUESSABLE = "This password is common or easy to guess. A few unrelated words make a good one."
SITE_WORDS = re.findall(
    r"\w+",
    """
    needlewise needling needles needle dryneedling dry physiotherapists physiotherapist physiotherapy physio physical
    therapists therapist therapy trigger triggerpoint points point myofascial muscles muscle acupuncture continuing
    education courses course modules module training quiz license licenses certificates certificate learner student
    clinic clinics hospital patient patients rehab administrator admin reviewer instructor password passwords welcome
    login signin letmein changeme secret
    """,
)
LEET = str.maketrans("013457@$!", "oieastasi")


def normalized(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def hash_password(password: str) -> str:
    """Return the argon2id hash of the password in its normal form, with a salt of its own."""
    return HASHER.hash(normalized(password))


def matches(password: str, digest: str) -> bool:
    """Return whether the hash is of this password, in its normal form or as it may have been typed."""
    typed = password[:MAX_TYPED_LENGTH]
    forms = (normalized(typed), typed, *(unicodedata.normalize(form, typed) for form in ("NFC", "NFD")))
    return any(_is_hash_of(form, digest) for form in dict.fromkeys(forms))


def needs_rehash(password: str, digest: str) -> bool:
    """Return whether a matching hash was made with other settings than today's, or from another form."""
    from_another_form = not password.isascii() and not _is_hash_of(normalized(password), digest)
    return HASHER.check_needs_rehash(digest) or from_another_form


def _is_hash_of(text: str, digest: str) -> bool:
    try:
        return HASHER.verify(digest, text)
    except (VerificationError, InvalidHashError):
        return False


def weakness(password: str, *known: str) -> str | None:
    """Return why the password is too weak, or None.

    `known` are texts that others can guess: the person's name and email, the provider's name, the site's address.
    """
    length = len(unicodedata.normalize("NFC", password))
    if length < MIN_LENGTH:
        return f"Use at least {MIN_LENGTH} characters. A few unrelated words make a good password."
    if length > MAX_LENGTH:
        return f"Use at most {MAX_LENGTH} characters."
    text = normalized(password).lower()
    words = {*SITE_WORDS, *known, *(word for one in known for word in re.findall(r"[^\W_]{3,}", one))}
    lowered = sorted({normalized(word).lower() for word in words if len(word) >= 3}, key=len, reverse=True)
    is_guessable = (
        breached_passwords.contains(text)
        or _guesses_log10(_stem(normalized(password)), lowered) < MIN_GUESSES_LOG10
        or any(_guesses_log10(_rest(form, lowered)) < MIN_REST_LOG10 for form in (text, text.translate(LEET)))
    )
    return GUESSABLE if is_guessable else None


def _stem(password: str) -> str:
    return re.sub(r"[\W_]", "", password).rstrip("0123456789")


def _rest(text: str, words: list[str]) -> str:
    """Return what remains of the text's stem without the words, longest first."""
    rest = _stem(text)
    for word in words:
        rest = rest.replace(word, "")
    return rest


def _guesses_log10(text: str, words: Sequence[str] = ()) -> float:
    return float(zxcvbn(text[:72], user_inputs=list(words))["guesses_log10"]) if text else 0

"""What can be a license number, as far as any board's may look, and when two are the same. Pure.

No board's own form is known here: what is refused could be no number of any board, or only holds its place.
"""

import re
import string

MAX_LENGTH = 20
ALLOWED = re.compile(r"[A-Za-z0-9 ./-]+")
PLACEHOLDER = re.compile(r"0+|(.)\1{5,}")  # nothing but zeros; six or more times the same
ASCENDING_DIGITS = string.digits * 3
MIN_ASCENDING_DIGITS = 6  # so many digits that only count up are nobody's number


def fault(number: str) -> str | None:
    """Why this can't be a license number, in a sentence for its holder; None where it can."""
    digits = "".join(letter for letter in number if letter in string.digits)
    if not ALLOWED.fullmatch(number):
        return "A license number has letters, digits, spaces, hyphens, points and slashes only."
    if not digits:
        return "A license number has digits. Enter it as the board writes it."
    if len(number) > MAX_LENGTH:
        return f"A license number has at most {MAX_LENGTH} characters; this one has {len(number)}."
    if PLACEHOLDER.fullmatch(digits) or (len(digits) >= MIN_ASCENDING_DIGITS and digits in ASCENDING_DIGITS):
        return "This looks like a placeholder. Enter the number as the board writes it."
    return None


def key(number: str) -> str:
    """By which two numbers are the same: case, spaces and signs between make no difference."""
    return "".join(letter for letter in number.upper() if letter.isalnum())

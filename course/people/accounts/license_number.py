"""Checks that a license number is plausible, and compares two numbers.

The formats of the boards are not known here. Only what no board would issue is refused: a placeholder, or characters
that no license number has.
"""

import re
import string

MAX_CHARACTERS = 20
ALLOWED_CHARACTERS = re.compile(r"[A-Za-z0-9 ./-]+")
PLACEHOLDER = re.compile(r"0+|(.)\1{5,}")  # only zeros, or one digit six or more times in a row
ASCENDING_DIGITS = string.digits * 3
MIN_ASCENDING_DIGITS = 6  # 123456 is a placeholder; 12345 may be a number that a board issued


def fault(number: str) -> str | None:
    """Return why this can't be a license number, as a message for its holder; None if it can."""
    digits = "".join(letter for letter in number if letter in string.digits)
    if not ALLOWED_CHARACTERS.fullmatch(number):
        return "Use only letters, digits, spaces, hyphens, periods and slashes."
    if not digits:
        return "A license number contains digits. Enter it as your board writes it."
    if len(number) > MAX_CHARACTERS:
        return f"A license number has at most {MAX_CHARACTERS} characters. This one has {len(number)}."
    if PLACEHOLDER.fullmatch(digits) or (len(digits) >= MIN_ASCENDING_DIGITS and digits in ASCENDING_DIGITS):
        return "This looks like a placeholder. Enter the number as your board writes it."
    return None


def key(number: str) -> str:
    """Return the form in which two numbers are compared: upper case, without spaces and punctuation."""
    return "".join(letter for letter in number.upper() if letter.isalnum())

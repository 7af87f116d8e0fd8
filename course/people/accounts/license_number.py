"""Checks that a license number is plausible, and compares two numbers.

The formats of the boards are not known here. Refused is what no board would issue, such as characters that no license
number has. A number such as 1234567 is more likely a placeholder than a license, but somebody has it. So it is accepted
once its holder has confirmed it.
"""

import re
import string

MAX_CHARACTERS = 20
ALLOWED_CHARACTERS = re.compile(r"[A-Za-z0-9 ./-]+")
ONLY_ZEROS = re.compile("0+")
REPEATED_DIGIT = re.compile(r"(.)\1{5,}")  # one digit six or more times in a row
ASCENDING_DIGITS = string.digits * 3
MIN_ASCENDING_DIGITS = 6  # 123456 is a placeholder; 12345 may be a number that a board issued


def fault(number: str, *, confirmed: bool = False) -> str | None:
    """Return why this can't be a license number, as a message for its holder; None if it can.

    `confirmed`: the holder has confirmed that the board issued this very number.
    """
    digits = _digits(number)
    if not ALLOWED_CHARACTERS.fullmatch(number):
        return "Use only letters, digits, spaces, hyphens, periods and slashes."
    if not digits:
        return "A license number contains digits. Enter it as your board writes it."
    if len(number) > MAX_CHARACTERS:
        return f"A license number has at most {MAX_CHARACTERS} characters. This one has {len(number)}."
    if ONLY_ZEROS.fullmatch(digits):
        return "This looks like a placeholder. Enter the number as your board writes it."
    if looks_like_placeholder(number) and not confirmed:
        return "This looks like a placeholder. If your board issued this very number, check the box that says so."
    return None


def looks_like_placeholder(number: str) -> bool:
    """Return whether the digits are one digit repeated, or in ascending order."""
    digits = _digits(number)
    ascending = len(digits) >= MIN_ASCENDING_DIGITS and digits in ASCENDING_DIGITS
    return ascending or bool(REPEATED_DIGIT.fullmatch(digits))


def _digits(number: str) -> str:
    return "".join(letter for letter in number if letter in string.digits)


def key(number: str) -> str:
    """Return the form in which two numbers are compared: upper case, without spaces and punctuation."""
    return "".join(letter for letter in number.upper() if letter.isalnum())

"""Read a number as people in any country write it, and return its exact value."""

import re
import unicodedata
from fractions import Fraction

MAX_CHARACTERS = 40
MINUS = "\u2212\u2012\u2013\ufe63\uff0d"
SPACES = " \u00a0\u2007\u2009\u202f"
THOUSANDS = f"{SPACES}'\u2019\u02bc\u066c"  # separators that can only be between thousands
INVISIBLE = "\u200e\u200f\u061c\u2066\u2067\u2068\u2069"  # direction marks, which copied text may contain
NORMALIZE = str.maketrans(
    dict.fromkeys(MINUS, "-")
    | dict.fromkeys(THOUSANDS, "'")
    | dict.fromkeys(INVISIBLE)
    | {
        "\uff0b": "+",
        "\uff0c": ",",
        "\uff0e": ".",
    }
)
# One reading for each decimal mark and its thousands separators. Groups have three digits; the first has no leading 0.
READINGS = tuple(
    re.compile(
        rf"(?P<sign>[+-]?)(?=[0-9{mark}]*[0-9])(?P<whole>[1-9][0-9]{{0,2}}(?P<apart>[{apart}])[0-9]{{3}}"
        rf"(?:(?P=apart)[0-9]{{3}})*|[0-9]*)(?:[{mark}](?P<part>[0-9]*))?"
    )
    for mark, apart in ((".", ",'"), (",", ".'"), ("\u066b", "'"))
)


class NotANumber(ValueError):
    """The text is not a number, or can be read as two different numbers. The message says what to enter."""


def value(written: str) -> Fraction:
    """Return the exact value of a number in any digits, with a decimal point or comma and thousands separators.

    Raise NotANumber if it can't be read, or can be read in two ways.
    """
    text = "".join(_digit(character) for character in written.strip(SPACES + INVISIBLE).translate(NORMALIZE))
    found = {
        _value(match) for reading in READINGS if len(text) <= MAX_CHARACTERS and (match := reading.fullmatch(text))
    }
    if not found:
        raise NotANumber("Enter one number without its unit, such as 12.5 or 12,5.")
    if len(found) > 1:
        small, large = sorted(found, key=abs)
        raise NotANumber(f"{written.strip()} can be read in two ways. Enter {large} or {float(small):.4f}.")
    return found.pop()


def _digit(character: str) -> str:
    """Return the digit 0 to 9 for a digit of any script, and any other character unchanged."""
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


def _value(match: re.Match[str]) -> Fraction:
    whole = re.sub("[^0-9]", "", match["whole"])
    return Fraction(f"{match['sign']}{whole or '0'}.{match['part'] or '0'}")

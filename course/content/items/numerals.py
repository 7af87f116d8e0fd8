"""A number as people write it anywhere -> its exact value. Pure."""

import re
import unicodedata
from fractions import Fraction

LONGEST = 40  # characters
MINUS = "\u2212\u2012\u2013\ufe63\uff0d"
SPACES = " \u00a0\u2007\u2009\u202f"
APART = f"{SPACES}'\u2019\u02bc\u066c"  # spaces, apostrophes and the Arabic mark: between thousands only
UNSEEN = "\u200e\u200f\u061c\u2066\u2067\u2068\u2069"  # marks of direction, which copying brings along
PLAIN = str.maketrans(
    dict.fromkeys(MINUS, "-")
    | dict.fromkeys(APART, "'")
    | dict.fromkeys(UNSEEN)
    | {
        "\uff0b": "+",
        "\uff0c": ",",
        "\uff0e": ".",
    }
)
# The decimal mark and the marks of thousands that go with it. Groups have three digits and the first no leading zero.
READINGS = tuple(
    re.compile(
        rf"(?P<sign>[+-]?)(?=[0-9{mark}]*[0-9])(?P<whole>[1-9][0-9]{{0,2}}(?P<apart>[{apart}])[0-9]{{3}}"
        rf"(?:(?P=apart)[0-9]{{3}})*|[0-9]*)(?:[{mark}](?P<part>[0-9]*))?"
    )
    for mark, apart in ((".", ",'"), (",", ".'"), ("\u066b", "'"))
)


class NotANumber(ValueError):
    """It can't be read, or in two ways; the message says what to write."""


def value(written: str) -> Fraction:
    """What was written with any digits, a decimal point or comma, and marks between thousands. Raises NotANumber."""
    text = "".join(_digit(character) for character in written.strip(SPACES + UNSEEN).translate(PLAIN))
    found = {_value(match) for reading in READINGS if len(text) <= LONGEST and (match := reading.fullmatch(text))}
    if not found:
        raise NotANumber("Write one number, such as 12.5 or 12,5, without its unit.")
    if len(found) > 1:
        small, large = sorted(found, key=abs)
        raise NotANumber(f"{written.strip()} can be read in two ways. Write {large}, or {float(small):.4f}.")
    return found.pop()


def _digit(character: str) -> str:
    """The digit 0 to 9 of whatever script; anything else as it is."""
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


def _value(match: re.Match[str]) -> Fraction:
    whole = re.sub("[^0-9]", "", match["whole"])
    return Fraction(f"{match['sign']}{whole or '0'}.{match['part'] or '0'}")

"""Which characters a name may have. Hidden ones are refused, so that a name prints, reads and signs as typed."""

import re
import unicodedata
from collections.abc import Sequence

MAX_NAME_LENGTH = 200
MAX_LISTED_LETTERS = 4
MAX_MARKS_PER_LETTER = 4  # more than any script needs; a longer stack would cover the lines above and below
JOINERS = "\u200c\u200d"
SCRIPTS_WITH_JOINERS = (
    "ARABIC",
    "SYRIAC",
    "DEVANAGARI",
    "BENGALI",
    "GURMUKHI",
    "GUJARATI",
    "ORIYA",
    "TAMIL",
    "TELUGU",
    "KANNADA",
    "MALAYALAM",
    "SINHALA",
    "KHMER",
    "MYANMAR",
    "MONGOLIAN",
)
BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u17b4\u17b5\u034f\u2800")  # letters and marks that print nothing
VARIATION_SELECTORS = re.compile("[\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def tidy(text: str | None) -> str:
    """Return the text composed (NFC) and with single spaces, as names are stored and compared."""
    return " ".join(unicodedata.normalize("NFC", text or "").split())


def fault(name: str) -> str | None:
    """Return why a tidied name is not allowed, as a sentence for the person who typed it; None if it is allowed."""
    if len(name) > MAX_NAME_LENGTH:
        return f"A name can have at most {MAX_NAME_LENGTH} characters. This one has {len(name)}."
    for index, letter in enumerate(name):
        if _is_hidden(name, index):
            return f"The name has a hidden character ({_codepoint(letter)}). Type it again."
        if unicodedata.category(letter) == "So":
            return f"{letter} ({_codepoint(letter)}) is a symbol. Use letters only."
    if stray := _stray_mark(name):
        return f"The name has a mark ({_codepoint(stray)}) without a letter. Type it again."
    if not any(unicodedata.category(letter).startswith("L") for letter in name):
        return "Enter a name with letters."
    return None


def named(letters: Sequence[str]) -> str:
    """Return the first few letters with their Unicode names, because the reader's fonts may lack them too."""
    listed = [f"{letter} ({', '.join(map(_name, letter))})" for letter in letters]
    more = len(listed) - MAX_LISTED_LETTERS
    return ", ".join(listed[:MAX_LISTED_LETTERS]) + (f" and {more} more" if more > 0 else "")


def is_latin(name: str) -> bool:
    """Return whether every letter is Latin; marks and other characters are ignored."""
    return all(unicodedata.name(one, "").startswith("LATIN ") for one in name if unicodedata.category(one)[0] == "L")


def is_right_to_left(text: str) -> bool:
    """Return whether the first letter with a direction is right-to-left, as in Unicode's algorithm."""
    directions = (unicodedata.bidirectional(letter) for letter in text)
    return next((way for way in directions if way in ("L", "R", "AL")), "L") != "L"


def _is_hidden(name: str, index: int) -> bool:
    letter = name[index]
    if letter in JOINERS:
        return not _is_between_joining_letters(name, index)
    return (
        unicodedata.category(letter) in HIDDEN_CATEGORIES
        or letter in BLANK_LETTERS
        or VARIATION_SELECTORS.match(letter) is not None
    )


def _is_between_joining_letters(name: str, index: int) -> bool:
    """Return whether the character is between two letters of a script whose letters join."""
    around = name[index - 1 : index] + name[index + 1 : index + 2]
    return len(around) == 2 and all(unicodedata.name(one, "").startswith(SCRIPTS_WITH_JOINERS) for one in around)


def _stray_mark(name: str) -> str | None:
    marks = MAX_MARKS_PER_LETTER  # so that a mark at the beginning is stray
    for letter in name:
        if not unicodedata.category(letter).startswith("M"):
            marks = MAX_MARKS_PER_LETTER if letter == " " else 0
        elif marks == MAX_MARKS_PER_LETTER:
            return letter
        else:
            marks += 1
    return None


def _name(letter: str) -> str:
    name = unicodedata.name(letter, "")
    return name.capitalize() if name else _codepoint(letter)


def _codepoint(letter: str) -> str:
    return f"U+{ord(letter):04X}"

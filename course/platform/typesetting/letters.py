"""What a name may be made of. Nothing in it may be hidden: what is printed, heard and signed is what was typed."""

import re
import unicodedata
from collections.abc import Sequence

LONGEST = 200  # letters
FEW = 4
MOST_MARKS = 4  # on one letter; more than any script needs, and enough to smear a line
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
BLANK = frozenset("\u115f\u1160\u3164\uffa0\u17b4\u17b5\u034f\u2800")  # letters and marks that print nothing
VARIANTS = re.compile("[\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
NEVER = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def tidy(text: str | None) -> str:
    """Composed (NFC), with single plain spaces: how names are kept and compared."""
    return " ".join(unicodedata.normalize("NFC", text or "").split())


def fault(name: str) -> str | None:
    """Why a tidied name can't be taken, in a sentence for whoever typed it; None where it can."""
    if len(name) > LONGEST:
        return f"A name has at most {LONGEST} characters; this one has {len(name)}."
    for place, letter in enumerate(name):
        if _is_hidden(name, place):
            return f"The name has a character that is hidden or no letter ({_codepoint(letter)}). Type it anew."
        if unicodedata.category(letter) == "So":
            return f"{letter} ({_codepoint(letter)}) is a symbol, not a letter of a name."
    if stray := _stray_mark(name):
        return f"The name has a mark ({_codepoint(stray)}) without a letter that it belongs to."
    if not any(unicodedata.category(letter).startswith("L") for letter in name):
        return "A name has letters."
    return None


def named(letters: Sequence[str]) -> str:
    """The first few with the names that Unicode gives them, for readers whose own fonts lack them too."""
    told = [f"{one} ({', '.join(map(_name, one))})" for one in letters]
    return ", ".join(told[:FEW]) + (f" and {len(told) - FEW} more" if len(told) > FEW else "")


def is_latin(name: str) -> bool:
    """Whether every letter of it, marks aside, is one of the Latin script."""
    return all(unicodedata.name(one, "").startswith("LATIN ") for one in name if unicodedata.category(one)[0] == "L")


def is_right_to_left(text: str) -> bool:
    """Whether its first letter with a direction, as Unicode's algorithm takes it, runs from the right."""
    directions = (unicodedata.bidirectional(letter) for letter in text)
    return next((way for way in directions if way in ("L", "R", "AL")), "L") != "L"


def _is_hidden(name: str, place: int) -> bool:
    letter = name[place]
    if letter in JOINERS:
        return not _joins(name, place)
    return unicodedata.category(letter) in NEVER or letter in BLANK or VARIANTS.match(letter) is not None


def _joins(name: str, place: int) -> bool:
    """Between two letters or marks of a script whose letters change their shape beside each other."""
    around = name[place - 1 : place] + name[place + 1 : place + 2]
    return len(around) == 2 and all(unicodedata.name(one, "").startswith(SCRIPTS_WITH_JOINERS) for one in around)


def _stray_mark(name: str) -> str | None:
    marks = MOST_MARKS  # so that one at the beginning is stray
    for letter in name:
        if not unicodedata.category(letter).startswith("M"):
            marks = MOST_MARKS if letter == " " else 0
        elif marks == MOST_MARKS:
            return letter
        else:
            marks += 1
    return None


def _name(letter: str) -> str:
    name = unicodedata.name(letter, "")
    return name.capitalize() if name else _codepoint(letter)


def _codepoint(letter: str) -> str:
    return f"U+{ord(letter):04X}"

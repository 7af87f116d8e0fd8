"""Text folded for comparing, so that one name has one folded form however a keyboard or a phone wrote it.

The database stores folded keys that this file makes and compares them byte by byte. So the program and both databases
follow one rule: SQLite alone ignores the case of ASCII letters only.
"""

import re
import unicodedata

LETTERS_WITHOUT_MARKS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i", "ŋ": "n", "ħ": "h"}
)
APOSTROPHES = "'`\u00b4\u02b9\u02bb\u02bc\u02bd\u2018\u2019\u201b\u2032\ua78c\uff07"
PLAIN_APOSTROPHES = str.maketrans(dict.fromkeys(APOSTROPHES, "'"))
MINUS = "\u2212"  # a dash to the eye, but not to Unicode
KEPT_IN_WORDS = "_%@+"  # signs that an email may have; other punctuation separates words
MAIL_SCHEME = re.compile(r"\bmailto:", re.IGNORECASE)


def fold(text: str) -> str:
    """Return the text in small letters without marks and invisible characters, with plain apostrophes."""
    plain = text.translate(PLAIN_APOSTROPHES)  # before NFKD, which would split the acute accent into a space and a mark
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", plain).casefold())
    seen = "".join(letter for letter in plain if unicodedata.category(letter) not in ("Mn", "Cf"))
    return seen.translate(PLAIN_APOSTROPHES).translate(LETTERS_WITHOUT_MARKS)


def same_name(one: str, other: str) -> bool:
    """Return whether two people would read the same name, such as José O'Neil and jose o`neil."""
    return _as_read(one) == _as_read(other)


def _as_read(name: str) -> str:
    return " ".join("".join("-" if _is_dash(letter) else letter for letter in fold(name)).split())


def _is_dash(letter: str) -> bool:
    return letter == MINUS or unicodedata.category(letter) == "Pd"


def is_part_of_a_word(letter: str) -> bool:
    """Return whether the character is a letter, a mark or a digit of any script."""
    return unicodedata.category(letter)[0] in "LMN"


def search_words(text: str) -> list[str]:
    """Return the words of a search key, or of a search: `O'Neil, Éva_1` -> `oneil`, `eva_1`.

    Apostrophes are left out, and words end at other punctuation. So a word is found with or without the signs in it.
    """
    bare = fold(MAIL_SCHEME.sub(" ", text)).replace("'", "")
    kept = (letter if is_part_of_a_word(letter) or letter in KEPT_IN_WORDS else " " for letter in bare)
    return "".join(kept).split()


def search_key(*texts: str) -> str:
    """Return the key that is stored to find a row by any part of the texts."""
    return " ".join(word for text in texts for word in search_words(text))

"""How a name is found in the directory, and how it is shown where its owner hides it."""

import unicodedata

MOST_WORDS = 8
PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i", "ŋ": "n", "ħ": "h"}
)


def key(text: str) -> str:
    """Small letters without marks, words apart by one space: `Éva  O'Neil-Łuc` -> `eva o neil luc`."""
    bare = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        if unicodedata.category(letter) != "Mn"
    ).translate(PLAIN)
    return " ".join("".join(letter if _is_of_words(letter) else " " for letter in bare).split())


def keys(name: str) -> set[str]:
    """The name from each of its words on and round to its beginning, so that any part finds it: `a b`, `b a`."""
    words = key(name).split()
    return {" ".join(words[start:] + words[:start]) for start in range(min(len(words), MOST_WORDS))} or {""}


def initials(name: str) -> str:
    """The first letter of each word with its marks: `Lena Maria O'Neil` -> `L. M. O.`."""
    return " ".join(f"{_first(word)}." for word in unicodedata.normalize("NFC", name).split())


def _first(word: str) -> str:
    letters = next((place for place, letter in enumerate(word) if letter.isalnum()), 0)
    end = letters + 1
    while end < len(word) and unicodedata.category(word[end]).startswith("M"):
        end += 1
    return word[letters:end].upper()


def _is_of_words(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LMN"

"""How a name is shown when its owner hides it."""

import unicodedata


def initials(name: str) -> str:
    """The first letter of each word with its marks: `Lena Maria O'Neil` -> `L. M. O.`."""
    return " ".join(f"{_first(word)}." for word in unicodedata.normalize("NFC", name).split())


def _first(word: str) -> str:
    letters = next((place for place, letter in enumerate(word) if letter.isalnum()), 0)
    end = letters + 1
    while end < len(word) and unicodedata.category(word[end]).startswith("M"):
        end += 1
    return word[letters:end].upper()

"""How a name is shown if its owner hides it."""

import unicodedata
from dataclasses import replace

from course.certificates.issuing.facts import Facts


def initials_of(facts: Facts) -> str:
    """Return the initials of the name on a certificate, without its suffix if its parts are on record."""
    parts = facts.name_parts
    return initials(replace(parts, suffix="").printed if parts else facts.name)


def initials(name: str) -> str:
    """Return the first letter of each word with its marks: `Lena Maria O'Neil` -> `L. M. O.`."""
    return " ".join(f"{_first_letter(word)}." for word in unicodedata.normalize("NFC", name).split())


def _first_letter(word: str) -> str:
    start = next((place for place, letter in enumerate(word) if letter.isalnum()), 0)
    end = start + 1
    while end < len(word) and unicodedata.category(word[end]).startswith("M"):
        end += 1
    return word[start:end].upper()

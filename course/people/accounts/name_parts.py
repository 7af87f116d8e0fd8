"""A legal name in its parts, as a board files it, and the name that is printed from them."""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self

SUFFIXES = ("Jr.", "Sr.", "II", "III", "IV", "V", "VI")
FAMILY_FIRST_SCRIPTS = ("CJK UNIFIED", "HANGUL", "HIRAGANA", "KATAKANA")


@dataclass(frozen=True, slots=True)
class NameParts:
    """The parts as the person stated them. Someone with one name has it in `family`, and `given` is empty."""

    given: str
    family: str
    suffix: str = ""

    @property
    def is_single(self) -> bool:
        return not self.given

    @property
    def printed(self) -> str:
        """The name as certificates show it. Names in East Asian scripts begin with the family name."""
        names = [self.given, self.family]
        if _is_written_family_first(self.given + self.family):
            names.reverse()
        return " ".join(part for part in (*names, self.suffix) if part)

    @property
    def whole(self) -> "LegalName":
        return LegalName(self.printed, self)

    def to_json(self) -> dict[str, str]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, str]) -> Self:
        return cls(**data)


@dataclass(frozen=True, slots=True)
class LegalName:
    """A name as it is printed. `parts` None: it is from before the parts were asked for."""

    printed: str
    parts: NameParts | None


def parts_of(printed: str, confirmed: NameParts | None) -> NameParts | None:
    """Return the confirmed parts if the name is printed from them, else None: the parts are never guessed."""
    return confirmed if confirmed and confirmed.printed == printed else None


def _is_written_family_first(name: str) -> bool:
    letters = [letter for letter in name if unicodedata.category(letter)[0] == "L"]
    return all(unicodedata.name(letter, "").startswith(FAMILY_FIRST_SCRIPTS) for letter in letters)

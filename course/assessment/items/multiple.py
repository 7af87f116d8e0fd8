"""Multiple response: right only if everything that is true was chosen and nothing else."""

from collections.abc import Set
from fractions import Fraction


def score(key: Set[str], choice: Set[str]) -> Fraction:
    return Fraction(choice == key)

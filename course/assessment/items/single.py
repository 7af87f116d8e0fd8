"""Single best answer: one letter is right."""

from collections.abc import Set
from fractions import Fraction


def score(key: Set[str], choice: Set[str]) -> Fraction:
    return Fraction(choice == key)

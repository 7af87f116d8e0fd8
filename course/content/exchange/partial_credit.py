"""Our rule of partial credit as weights of options in per cent, and back without guessing.

A right option earns its share of 100, a wrong one loses its share, and the sum is never below nothing: Moodle
(question/type/multichoice/question.php) and QTI's mapping with a lower bound of 0 add up weights in the same way.
"""

from collections.abc import Mapping
from fractions import Fraction

from course.content.exchange.report import NotCarried, Note

RULE = "here each right option earns its share and each wrong one loses its share"
NEAR = Fraction(1, 1000)  # files round weights to five or seven decimals


def weights(options: Mapping[str, str], key: tuple[str, ...]) -> dict[str, Fraction]:
    right, wrong = Fraction(100, len(key)), Fraction(-100, max(1, len(options) - len(key)))
    return {letter: right if letter in key else wrong for letter in options}


def single(given: Mapping[str, Fraction], note: Note) -> str:
    """The one option that is wholly right. Raises NotCarried where there is none, or several."""
    right = [letter for letter, weight in given.items() if abs(weight - 100) < NEAR]
    if len(right) != 1:
        raise NotCarried(f"{len(right) or 'no'} options are wholly right; a single best answer has one")
    for letter, weight in given.items():
        if letter not in right and weight:
            note(f"option {letter} earns {float(weight):g} % there; here it is wrong")
    return right[0]


def several(given: Mapping[str, Fraction], note: Note) -> list[str]:
    """The options that earn something. Where they don't earn it by our rule, that is noted."""
    right = tuple(letter for letter, weight in given.items() if weight > 0)
    if not right:
        raise NotCarried("no option is right")
    ours = weights(dict.fromkeys(given, ""), right)
    if any(abs(ours[letter] - weight) > NEAR for letter, weight in given.items()):
        told = ", ".join(f"{letter} {float(weight):g} %" for letter, weight in given.items())
        note(f"its weights ({told}); {RULE}")
    return list(right)

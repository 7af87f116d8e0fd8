"""Convert partial credit to option weights in percent and back.

A correct option earns its share of 100, an incorrect one loses its share, and the sum is at least 0. Moodle
(question/type/multichoice/question.php) and QTI's mapping with a lower bound of 0 add weights in the same way.
"""

from collections.abc import Mapping
from fractions import Fraction

from course.content.exchange.report import NotCarried, Note

RULE = "here each correct option earns its share and each incorrect option loses its share"
TOLERANCE = Fraction(1, 1000)  # because files round weights to five or seven decimals


def weights(options: Mapping[str, str], key: tuple[str, ...]) -> dict[str, Fraction]:
    """Return the weight of each option of a multiple-response item."""
    right, wrong = Fraction(100, len(key)), Fraction(-100, max(1, len(options) - len(key)))
    return {letter: right if letter in key else wrong for letter in options}


def single(given: Mapping[str, Fraction], note: Note) -> str:
    """Return the one option that earns the full score. Raise NotCarried if there is not exactly one."""
    right = [letter for letter, weight in given.items() if abs(weight - 100) < TOLERANCE]
    if len(right) != 1:
        raise NotCarried(f"{len(right) or 'no'} options earn the full score, but a single-best-answer item has one")
    for letter, weight in given.items():
        if letter not in right and weight:
            note(f"option {letter} earns {float(weight):g}% in the file; here it is incorrect")
    return right[0]


def several(given: Mapping[str, Fraction], note: Note) -> list[str]:
    """Return the options with a positive weight, and note weights that differ from our rule."""
    right = tuple(letter for letter, weight in given.items() if weight > 0)
    if not right:
        raise NotCarried("no option is correct")
    ours = weights(dict.fromkeys(given, ""), right)
    if any(abs(ours[letter] - weight) > TOLERANCE for letter, weight in given.items()):
        listed = ", ".join(f"{letter} {float(weight):g}%" for letter, weight in given.items())
        note(f"its weights ({listed}); {RULE}")
    return list(right)

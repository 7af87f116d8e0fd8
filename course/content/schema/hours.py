"""Contact time, computed and never claimed."""

from fractions import Fraction

QUARTER = 15


def contact_minutes(*, words: int, questions: int, difficulty: int) -> int:
    """Self-paced minutes, down to the quarter hour: 0.9 of Mergener's estimate (1991).

    `words` without references and titles, `questions` those of the quiz and in the text, `difficulty` 1 to 5.
    """
    estimate = Fraction("-22.3") + Fraction("0.00209") * words + Fraction("2.78") * questions
    estimate += Fraction("15.5") * difficulty
    return max(0, int(estimate * Fraction("0.9")) // QUARTER * QUARTER)

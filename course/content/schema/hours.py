"""Contact time: the ways in which it is spent, and the formula that computes it."""

from enum import StrEnum
from fractions import Fraction

QUARTER_HOUR_MINUTES = 15


class Mode(StrEnum):
    """How contact time was spent. Every recorded minute has one mode."""

    SELF_PACED_ONLINE = "self_paced_online"
    LIVE_ONLINE = "live_online"
    IN_PERSON = "in_person"

    @property
    def words(self) -> str:
        """Return the mode as it is printed, such as `self-paced online`."""
        return {"self_paced_online": "self-paced online"}.get(self.value, self.value.replace("_", " "))


def contact_minutes(*, words: int, questions: int, difficulty: int) -> int:
    """Return self-paced minutes, rounded down to a quarter hour: 0.9 times Mergener's estimate (1991).

    `words` excludes references and titles, `questions` includes the quiz and the knowledge checks, and `difficulty`
    runs from 1 to 5.
    """
    estimate = Fraction("-22.3") + Fraction("0.00209") * words + Fraction("2.78") * questions
    estimate += Fraction("15.5") * difficulty
    return max(0, int(estimate * Fraction("0.9")) // QUARTER_HOUR_MINUTES * QUARTER_HOUR_MINUTES)

"""Needle path: place a needle on a cross-section so that it reaches the target safely."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal, Self

from pydantic import model_validator

from course.content.base import Id
from course.content.figures import cross_section_svg
from course.content.figures.cross_section import CrossSection, Placement
from course.content.figures.needle import judge, require_right
from course.content.items.base import Answer, Fields, Item, NotAnAnswer

MAX_DEPTH_MM = 200


class NeedleItem(Item):
    """A needle item. `figure` names the cross-section; `answer` is one placement that is correct.

    An answer is `{"entry": mm from the left, "angle": degrees, "depth": mm}`, with null for a number that is missing.
    """

    KEY_FIELDS = ("answer", "drawing")
    type: Literal["needle"] = "needle"
    figure: Id
    drawing: CrossSection
    answer: Placement

    @model_validator(mode="after")
    def _answer_is_right(self) -> "NeedleItem":
        require_right(self.drawing, self.answer)
        return self

    @property
    def limits(self) -> dict[str, tuple[float, float]]:
        """Return the smallest and largest value of each number."""
        return {"entry": (0, self.drawing.width), "angle": (-85, 85), "depth": (0, MAX_DEPTH_MM)}

    @property
    def solution(self) -> Answer:
        return self.answer.model_dump()

    def placed(self, answer: Answer) -> Placement | None:
        """Return the needle, or None if the answer lacks a number."""
        return Placement(**answer) if answer and None not in answer.values() else None

    def start(self, answer: Answer) -> Placement:
        """Return the needle to show: from the answer, with a shallow needle in the middle as default."""
        default = {"entry": self.drawing.width / 2, "angle": 0.0, "depth": 5.0}
        return Placement(**(default | {name: value for name, value in (answer or {}).items() if value is not None}))

    def asked(self, answer: Answer) -> str:
        """Return the figure with a needle to drag, as SVG. Its description does not reveal what the needle meets."""
        return cross_section_svg.svg(self.drawing, self.start(answer), handles=True, bare=True)

    def read(self, fields: Fields, name: str, order: Sequence[str]) -> Answer:  # noqa: ARG002
        given = {
            number: _read(fields.get(f"{name}-{number}", ""), low, high) for number, (low, high) in self.limits.items()
        }
        return given if any(value is not None for value in given.values()) else None

    def score(self, answer: Answer) -> Fraction:
        """Return 1 or 0, as `course.content.figures.needle.judge` decides."""
        placement = self.placed(answer)
        return Fraction(placement is not None and judge(self.drawing, placement).right)

    def rekeyed(self, corrected: Item) -> Self | None:
        """Return this item with the corrected key, or None if the figure looks different."""
        whole = super().rekeyed(corrected)
        return whole if whole and whole.drawing.outlines == self.drawing.outlines else None


def _read(text: str, low: float, high: float) -> float | None:
    """Return the number, or None for an empty field. Raise NotAnAnswer if it is not a number within the limits."""
    if not text.strip():
        return None
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        raise NotAnAnswer("Enter all three numbers in digits.") from None
    if not low <= number <= high:
        raise NotAnAnswer(f"{text.strip()} is not between {low:g} and {high:g}. Enter a number in that range.")
    return number

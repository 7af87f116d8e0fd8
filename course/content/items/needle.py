"""Needle path: place the needle on a cross-section so that it reaches the target and is safe."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal, Self

from pydantic import model_validator

from course.content.base import Id
from course.content.figures import cross_section_svg
from course.content.figures.cross_section import CrossSection, Placement
from course.content.figures.needle import judge, require_right
from course.content.items.base import Answer, Fields, Item, NotAnAnswer

DEEPEST = 200  # mm


class NeedleItem(Item):
    """`figure` names the cross-section; `answer` is one placement that is right.

    An answer is `{"entry": mm from the left, "angle": degrees, "depth": mm}`; what was not written yet is null.
    """

    KEY = ("answer", "drawing")
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
        """From where to where each number goes."""
        return {"entry": (0, self.drawing.width), "angle": (-85, 85), "depth": (0, DEEPEST)}

    @property
    def solution(self) -> Answer:
        return self.answer.model_dump()

    def placed(self, answer: Answer) -> Placement | None:
        """The needle of an answer that has all its numbers."""
        return Placement(**answer) if answer and None not in answer.values() else None

    def start(self, answer: Answer) -> Placement:
        """Where the needle is shown: as answered, otherwise only just in, at the middle."""
        begin = {"entry": self.drawing.width / 2, "angle": 0.0, "depth": 5.0}
        return Placement(**(begin | {name: value for name, value in (answer or {}).items() if value is not None}))

    def asked(self, answer: Answer) -> str:
        """The figure with a needle to drag, as SVG; its words don't say what the needle meets."""
        return cross_section_svg.svg(self.drawing, self.start(answer), handles=True, bare=True)

    def read(self, fields: Fields, name: str, order: Sequence[str]) -> Answer:  # noqa: ARG002
        given = {
            number: _read(fields.get(f"{name}-{number}", ""), low, high) for number, (low, high) in self.limits.items()
        }
        return given if any(value is not None for value in given.values()) else None

    def score(self, answer: Answer) -> Fraction:
        """All or nothing, as `course.catalog.needle.judge` says."""
        placement = self.placed(answer)
        return Fraction(placement is not None and judge(self.drawing, placement).right)

    def rekeyed(self, corrected: Item) -> Self | None:
        """A corrected figure is another key only where what was seen of it is the same."""
        whole = super().rekeyed(corrected)
        return whole if whole and whole.drawing.outlines == self.drawing.outlines else None


def _read(text: str, low: float, high: float) -> float | None:
    """A number of a number field, which browsers send with a point."""
    if not text.strip():
        return None
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        raise NotAnAnswer("Write the three numbers in digits.") from None
    if not low <= number <= high:
        raise NotAnAnswer(f"{text.strip()} is not between {low:g} and {high:g}.")
    return number

"""Knowledge checks: the questions inside a section, which earn no score."""

from typing import Literal

from pydantic import model_validator

from course.content.base import Content, Id, Text
from course.content.figures.cross_section import CrossSection, Placement
from course.content.figures.needle import require_right
from course.content.items.options import LetteredOptions, require_one_key, require_several_keys


class KnowledgeCheck(LetteredOptions):
    """A knowledge check with lettered options."""

    id: Id
    type: Literal["single", "multiple"]
    stem: Text
    rationale: Text

    @property
    def solution(self) -> set[str]:
        """Return the letters of the correct options."""
        return set(self.key)

    @model_validator(mode="after")
    def _key_fits(self) -> "KnowledgeCheck":
        if self.type == "single":
            require_one_key(self.key)
        else:
            require_several_keys(self.key, self.options)
        return self


class NeedleCheck(Content):
    """A knowledge check that asks the learner to place a needle on a cross-section."""

    id: Id
    type: Literal["needle"]
    figure: Id
    stem: Text
    answer: Placement
    rationale: Text
    section: CrossSection

    @property
    def solution(self) -> Placement:
        """Return one placement that is correct."""
        return self.answer

    @model_validator(mode="after")
    def _answer_is_right(self) -> "NeedleCheck":
        require_right(self.section, self.answer)
        return self

"""Hotspot: choose a part of a cross-section that shows letters instead of names."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from string import ascii_uppercase
from typing import Literal

from pydantic import model_validator

from course.content.base import Id
from course.content.figures import cross_section_svg
from course.content.figures.cross_section import CrossSection
from course.content.figures.cross_section_in_words import location
from course.content.items.base import Answer, Fields, Item, NotAnAnswer
from course.content.seeded import shuffled


class HotspotItem(Item):
    """A hotspot item. `figure` names the cross-section and `key` a part of it.

    `choices` are the parts that have a letter, by default all visible ones. A part with the same name as the key is
    right, too. An answer is a list with one part id; pages contain only letters, in a shuffled order.
    """

    KEY_FIELDS = ("key",)
    type: Literal["hotspot"] = "hotspot"
    figure: Id
    drawing: CrossSection
    key: Id
    choices: tuple[Id, ...] = ()

    @model_validator(mode="after")
    def _parts_are_visible(self) -> "HotspotItem":
        if unknown := [id_ for id_ in (*self.choices, self.key) if id_ not in self.visible]:
            raise ValueError(f"{', '.join(unknown)} is not visible in the figure; use {', '.join(self.visible)}")
        if self.key not in self.offered:
            raise ValueError("the key is not among the `choices`; add it")
        if not 2 <= len(self.offered) <= len(ascii_uppercase) or len(set(self.offered)) < len(self.offered):
            raise ValueError(f"`choices` needs 2 to {len(ascii_uppercase)} different parts")
        return self

    @cached_property
    def visible(self) -> tuple[str, ...]:
        """Return the ids of the parts that are at least partly visible."""
        return tuple(id_ for id_, shape in self.drawing.visible.items() if not shape.is_empty)

    @cached_property
    def offered(self) -> tuple[str, ...]:
        """Return the ids of the parts that have a letter."""
        return self.choices or self.visible

    @cached_property
    def by_id(self) -> dict[str, str]:
        """Return the names of the parts that have a letter."""
        return {part.id: part.name for part in self.drawing.parts if part.id in self.offered}

    @property
    def solution(self) -> Answer:
        return [self.key]

    def order(self, seed: str) -> tuple[str, ...]:
        return tuple(shuffled(self.offered, seed))

    def lettered(self, order: Sequence[str]) -> dict[str, str]:
        """Return the letter of each part."""
        return dict(zip(order, ascii_uppercase, strict=False))

    def where(self, id_: str) -> str:
        """Return the location of a part in words that don't name it."""
        return location(self.drawing, id_)

    def asked(self, order: Sequence[str], answer: Answer) -> str:
        """Return the figure with letters as SVG."""
        return cross_section_svg.lettered(self.drawing, self.lettered(order), answer[0] if answer else None)

    def shown(self, answer: Answer) -> str:
        """Return the figure with names, the correct parts and the chosen part marked, as SVG."""
        return cross_section_svg.marked(self.drawing, self.keyed(), answer[0] if answer else None)

    def read(self, fields: Fields, name: str, order: Sequence[str]) -> Answer:
        letter = fields.get(name, "")
        found = [id_ for id_, shown in self.lettered(order).items() if shown == letter]
        if letter and not found:
            raise NotAnAnswer("Choose one of the letters shown.")
        return found

    def score(self, answer: Answer) -> Fraction:
        return Fraction(bool(answer) and answer[0] in self.keyed())

    def labels(self) -> dict[str, str]:
        return self.by_id | {"open": "No answer"}

    def keyed(self) -> frozenset[str]:
        return frozenset(id_ for id_, name in self.by_id.items() if name == self.by_id[self.key])

    def chosen(self, answer: Answer) -> tuple[str, ...]:
        return tuple(answer or ()) or ("open",)

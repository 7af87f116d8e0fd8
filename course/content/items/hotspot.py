"""Hotspot: choose a structure on a cross-section that shows letters instead of names."""

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
    """`figure` names the cross-section, `key` a part of it; `choices` are the parts with a letter, by default all.

    A part of the same name as the key's is right as well. An answer is a list with the part's id; pages know letters
    only, in an order that says nothing.
    """

    KEY = ("key",)
    type: Literal["hotspot"] = "hotspot"
    figure: Id
    drawing: CrossSection
    key: Id
    choices: tuple[Id, ...] = ()

    @model_validator(mode="after")
    def _parts_are_seen(self) -> "HotspotItem":
        if unknown := [id_ for id_ in (*self.choices, self.key) if id_ not in self.seen]:
            raise ValueError(f"{', '.join(unknown)} is not to be seen in the figure; use {', '.join(self.seen)}")
        if self.key not in self.offered:
            raise ValueError("the key is not among the choices; add it")
        if not 2 <= len(self.offered) <= len(ascii_uppercase) or len(set(self.offered)) < len(self.offered):
            raise ValueError(f"name from 2 to {len(ascii_uppercase)} choices, each once")
        return self

    @cached_property
    def seen(self) -> tuple[str, ...]:
        """The parts that others don't cover wholly."""
        return tuple(id_ for id_, shape in self.drawing.visible.items() if not shape.is_empty)

    @cached_property
    def offered(self) -> tuple[str, ...]:
        return self.choices or self.seen

    @cached_property
    def by_id(self) -> dict[str, str]:
        """The names of the parts that have a letter."""
        return {part.id: part.name for part in self.drawing.parts if part.id in self.offered}

    @property
    def solution(self) -> Answer:
        return [self.key]

    def order(self, seed: str) -> tuple[str, ...]:
        return tuple(shuffled(self.offered, seed))

    def lettered(self, order: Sequence[str]) -> dict[str, str]:
        """The letter of each part."""
        return dict(zip(order, ascii_uppercase, strict=False))

    def where(self, id_: str) -> str:
        """Where a part lies, in words that don't name it."""
        return location(self.drawing, id_)

    def asked(self, order: Sequence[str], answer: Answer) -> str:
        """The figure with letters, as SVG."""
        return cross_section_svg.lettered(self.drawing, self.lettered(order), answer[0] if answer else None)

    def shown(self, answer: Answer) -> str:
        """The figure with names, what is right and what was chosen, as SVG."""
        return cross_section_svg.marked(self.drawing, self.keyed(), answer[0] if answer else None)

    def read(self, fields: Fields, name: str, order: Sequence[str]) -> Answer:
        letter = fields.get(name, "")
        found = [id_ for id_, known in self.lettered(order).items() if known == letter]
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

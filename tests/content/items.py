"""An item of each type, for tests."""

from collections.abc import Mapping
from typing import Any

from course.content.items import item_of
from course.content.items.base import Item
from course.platform.config import ROOT
from tests.content.figures import sections

SECTIONS = sections(ROOT / "modules/figures")
COMMON = {
    "objective": "classify",
    "level": "recall",
    "difficulty": 1,
    "rationale": "Why. [@R136]",
    "references": ["R136"],
}
LETTERS = {"a": "The first", "b": "The second", "c": "The third", "d": "The fourth"}
OF_ITS_TYPE: Mapping[str, dict[str, Any]] = {
    "single": {"options": LETTERS, "key": "b"},
    "multiple": {"options": LETTERS, "key": ["a", "c"]},
    "reason": {"key": True, "reasons": LETTERS, "reason": "c"},
    "matching": {"prompts": {1: "One", 2: "Two", 3: "Three"}, "options": LETTERS, "key": {1: "b", 2: "a", 3: "d"}},
    "ordering": {"steps": ["Look", "Listen", "Feel", "Act"]},
    "numeric": {"key": 12.5, "unit": "mm", "units": {"cm": 10}, "tolerance": 0.5},
    "hotspot": {"figure": "rhomboid", "drawing": SECTIONS["rhomboid"], "key": "rib-4"},
    "needle": {
        "figure": "rhomboid",
        "drawing": SECTIONS["rhomboid"],
        "answer": {"entry": 4, "angle": 66, "depth": 44},
    },
}


def made(type_: str, **more: Any) -> Item:
    """Return an item of the type. `more` replaces its fields."""
    given = {"id": f"example-{type_}", "type": type_, "stem": f"An item of the type {type_}."}
    return item_of(COMMON | given | OF_ITS_TYPE[type_] | more)


EXAMPLES = [made(type_) for type_ in OF_ITS_TYPE]

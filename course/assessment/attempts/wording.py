"""The wording of an item on a form, as it is stored and read back years later. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from course.content.base import Reference
from course.content.items import item_of
from course.content.items.base import Item
from course.content.schema.module import Module


@dataclass(frozen=True)
class Wording:
    """An item with the text of its objective and its references. `module` is None in the oldest stored wordings."""

    item: Item
    module: str | None
    objective: str
    references: tuple[Reference, ...]


def worded(item: Item, module: Module) -> Wording:
    """Return the item's wording from the module as it is today."""
    objective = next(o.text for o in module.objectives if o.id == item.objective)
    cited = (reference for _, reference in module.numbered(item.references))
    return Wording(item, module.id, objective, (*cited, *item.sources))


def stored(wording: Wording) -> dict[str, Any]:
    """Return the JSON that is kept permanently."""
    return {
        "item": wording.item.model_dump(mode="json"),
        "module": wording.module,
        "objective": wording.objective,
        "references": [reference.model_dump(mode="json") for reference in wording.references],
    }


def read(content: Mapping[str, Any]) -> Wording:
    """Return the wording that was stored as this JSON."""
    return Wording(
        item_of(content["item"]),
        content["module"],
        content["objective"],
        tuple(Reference.model_validate(reference) for reference in content["references"]),
    )

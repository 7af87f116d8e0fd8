"""An item as it was worded when it was drawn: what is stored of it, and what is made of that again. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from course.content.base import Reference
from course.content.items import item_of
from course.content.items.base import Item
from course.content.schema.module import Module


@dataclass(frozen=True)
class Wording:
    """The item with its references and its objective spelt out. `module` None: stored before that was kept."""

    item: Item
    module: str | None
    objective: str
    references: tuple[Reference, ...]


def worded(item: Item, module: Module) -> Wording:
    """As the module has it now."""
    objective = next(o.text for o in module.objectives if o.id == item.objective)
    cited = (reference for _, reference in module.numbered(item.references))
    return Wording(item, module.id, objective, (*cited, *item.sources))


def stored(wording: Wording) -> dict[str, Any]:
    """What is kept for ever, as JSON."""
    return {
        "item": wording.item.model_dump(mode="json"),
        "module": wording.module,
        "objective": wording.objective,
        "references": [reference.model_dump(mode="json") for reference in wording.references],
    }


def read(content: Mapping[str, Any]) -> Wording:
    return Wording(
        item_of(content["item"]),
        content["module"],
        content["objective"],
        tuple(Reference.model_validate(reference) for reference in content["references"]),
    )

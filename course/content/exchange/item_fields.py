"""The fields of an item as a bank file has them."""

from collections.abc import Mapping
from typing import Any

from course.content.items.base import Item

COMPUTED = {"vignette", "drawing", "values"}  # by the bank, the loader and the assembly of a form


def fields(item: Item) -> dict[str, Any]:
    """Return the fields without defaults and computed fields, in the short form of bank files."""
    data = item.model_dump(exclude_defaults=True, exclude=COMPUTED) | {"type": item.type}
    return {name: _short(name, value) for name, value in data.items()}


def _short(name: str, value: Any) -> Any:
    if (
        isinstance(value, tuple)
        and value
        and all(isinstance(one, dict) and one.keys() == {"id", "text"} for one in value)
    ):
        return {one["id"]: one["text"] for one in value}
    if name == "key" and isinstance(value, tuple) and len(value) == 1:
        return value[0]
    return list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, Mapping) else value

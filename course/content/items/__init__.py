"""Item types. Each is a module here and a template of the same name, and is discovered without an edit elsewhere."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args

from pydantic import Field, TypeAdapter

from course.content.items.base import Item

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")


def _types(of: type[Item]) -> Iterator[type[Item]]:
    for one in of.__subclasses__():
        if get_args(one.model_fields["type"].annotation):
            yield one
        yield from _types(one)


TYPES: Mapping[str, type[Item]] = {
    get_args(one.model_fields["type"].annotation)[0]: one
    for one in _types(Item)  # type: ignore[type-abstract]  # its subclasses that are found are concrete
}

if TYPE_CHECKING:
    AnyItem = Item
else:
    AnyItem = Annotated[Union[tuple(TYPES.values())], Field(discriminator="type")]  # noqa: UP007

_any: TypeAdapter[Item] = TypeAdapter(AnyItem)


def item_of(data: Mapping[str, Any]) -> Item:
    """Return the item that these fields describe, of any type. Raise pydantic's ValidationError if they are invalid."""
    return _any.validate_python(dict(data))

"""Item types, each a module here and a template of its name, found by looking: adding one touches no other file."""

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
    for one in _types(Item)  # type: ignore[type-abstract]  # what is found below it is concrete
}

if TYPE_CHECKING:
    AnyItem = Item
else:
    AnyItem = Annotated[Union[tuple(TYPES.values())], Field(discriminator="type")]  # noqa: UP007

_any: TypeAdapter[Item] = TypeAdapter(AnyItem)


def item_of(data: Mapping[str, Any]) -> Item:
    """The item of any type that `data`, its fields, describes. Raises pydantic's ValidationError."""
    return _any.validate_python(dict(data))

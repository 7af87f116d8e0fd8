"""Items as they are asked outside of an assessment: which, in what order, in today's wording. Pure."""

from collections.abc import Set

from course.assessment import wording
from course.assessment.scoring import Place
from course.catalog.chance import shuffled
from course.catalog.content import Bank, Module
from course.catalog.items.base import Item


def practiced(bank: Bank, met: Set[str], seed: str) -> list[Item]:
    """The bank's items in an order that the seed decides.

    Must-pass items are left out until the person has `met` them in an attempt: every paper has them, so practicing
    them before would be learning the key.
    """
    items = {item.id: item for item in bank.items if not item.must_pass or item.id in met}
    return [items[id_] for id_ in shuffled(items, seed)]


def place(item: Item, module: Module, seed: str, position: int = 1) -> Place:
    """The item as it is asked, with values for its parameters and its options in an order that the seed decides."""
    asked = item.instance(f"{seed}/{item.id}")
    return Place(position, wording.read(wording.stored(asked, module)), asked.order(f"{seed}/{item.id}"), asked.digest)

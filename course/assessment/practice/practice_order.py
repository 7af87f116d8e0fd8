"""Which items are practiced, and in what order. Pure."""

from collections.abc import Set

from course.content.items.base import Item
from course.content.schema.bank import Bank
from course.content.seeded import shuffled


def practiced(bank: Bank, met: Set[str], seed: str) -> list[Item]:
    """The bank's items in an order that the seed decides.

    Must-pass items are left out until the person has `met` them in an attempt: every paper has them, so practicing
    them before would be learning the key.
    """
    items = {item.id: item for item in bank.items if not item.must_pass or item.id in met}
    return [items[id_] for id_ in shuffled(items, seed)]

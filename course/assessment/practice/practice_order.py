"""The items of a practice and their order. Pure."""

from collections.abc import Set

from course.content.items.base import Item
from course.content.schema.bank import Bank
from course.content.seeded import shuffled


def practiced(bank: Bank, met: Set[str], seed: str) -> list[Item]:
    """Return the bank's items in an order that the seed decides.

    Must-pass items are left out until the person has `met` them in an attempt. They are on every form, so practice
    before the first attempt would give their key away.
    """
    items = {item.id: item for item in bank.items if not item.must_pass or item.id in met}
    return [items[id_] for id_ in shuffled(items, seed)]

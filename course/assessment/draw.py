"""A bank, its blueprint and a seed -> the paper. The same three always give the same paper."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from course.catalog.content import Bank, Item


@dataclass(frozen=True)
class Drawn:
    item: Item
    option_order: tuple[str, ...]


def paper(bank: Bank, seed: str, own: Sequence[Item] = ()) -> tuple[Drawn, ...]:
    """As many items of each objective as the blueprint asks for, in shuffled order, with shuffled options.

    Must-pass items come first, then those made for this learner (`own`), then the bank's others.
    """
    chosen: list[Item] = []
    for objective, wanted in bank.blueprint.items():
        supply = {item.id: item for item in (*own, *bank.items) if item.objective == objective}
        made = {item.id for item in own}
        order = sorted(shuffled(supply, f"{seed}/draw"), key=lambda id_: (not supply[id_].must_pass, id_ not in made))
        chosen += [supply[id_] for id_ in order[:wanted]]
    by_id = {item.id: item for item in chosen}
    return tuple(
        Drawn(by_id[id_], tuple(shuffled((o.id for o in by_id[id_].options), f"{seed}/{id_}")))
        for id_ in shuffled(by_id, f"{seed}/order")
    )


def shuffled(ids: Iterable[str], seed: str) -> list[str]:
    """In an order that only the seed decides, on every machine and in every version of Python."""
    return sorted(ids, key=lambda id_: hashlib.sha256(f"{seed}\0{id_}".encode()).digest())

"""Select the items of a form from a blueprint, the available items and a seed. The same three give the same form.

Assigning items to the places of a blueprint is a bipartite matching. Items are added in order of preference, and an
item is accepted if the items accepted so far can move to make room for it. This fills as many places as can be filled,
not just the places that the first choice leaves open. Enemies and cases lie outside the matching, so several orders
are tried.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from course.content.items.base import Item
from course.content.schema.assessment import Assessment
from course.content.schema.blueprint import Cell
from course.content.schema.catalog import Catalog
from course.content.schema.module import Competency
from course.content.seeded import shuffled

MAX_TRIES = 30  # orders that are tried before a form is reported as incomplete


@dataclass(frozen=True)
class Candidate:
    """An item that may be selected. `own` items were made for this learner."""

    item: Item
    module: str
    competency: Competency
    own: bool = False


@dataclass(frozen=True)
class FormItem:
    """An item on a form: its parameters have values, and `order` is the order in which its parts are shown."""

    item: Item
    module: str
    order: tuple[str, ...]


@dataclass(frozen=True)
class AssembledForm:
    """`missing` lists the blueprint lines that are not met, each with the number of items that are missing."""

    items: tuple[FormItem, ...]
    missing: tuple[Cell, ...] = ()


def candidates(catalog: Catalog, assessment: Assessment, own: Sequence[Item] = ()) -> list[Candidate]:
    """Return every item that an attempt may use. An `own` item goes to each bank whose module has its objective."""
    found = []
    for bank in assessment.banks:
        module = catalog.modules[catalog.banks[bank].module]
        competency = {objective.id: objective.competency for objective in module.objectives}
        own_here = [item for item in own if item.objective in competency]
        found += [Candidate(item, module.id, competency[item.objective], own=True) for item in own_here]
        found += [Candidate(item, module.id, competency[item.objective]) for item in catalog.banks[bank].items]
    return found


def assemble(
    blueprint: Sequence[Cell], supply: Sequence[Candidate], seed: str, seen: Set[str] = frozenset()
) -> AssembledForm:
    """Return the form that meets the blueprint best.

    Must-pass items are selected first, then `own` items, then items whose id is not in `seen`. The items of a case are
    selected together.
    """
    best = AssembledForm((), tuple(blueprint))
    for number in range(MAX_TRIES):
        chosen, missing = _select(blueprint, supply, f"{seed}/draw" + (f"/{number}" if number else ""), seen)
        if number == 0 or _count(missing) < _count(best.missing):
            best = AssembledForm(_arranged(chosen, seed), missing)
        if not best.missing:
            break
    return best


def _count(cells: Sequence[Cell]) -> int:
    return sum(cell.items for cell in cells)


def fits(cell: Cell, candidate: Candidate) -> bool:
    """Return whether the item is one that the blueprint line asks for."""
    item = candidate.item
    return (
        cell.module in (None, candidate.module)
        and cell.competency in (None, candidate.competency)
        and cell.objective in (None, item.objective)
        and cell.level in (None, item.level)
        and cell.difficulty in (None, item.difficulty)
    )


class _Matching:
    """Items assigned to places. An assigned item may move to another place but is never dropped."""

    def __init__(self, places: Sequence[Cell]) -> None:
        self.places = places
        self.assigned: dict[int, Candidate] = {}  # by index in `places`

    def add(self, bundle: Sequence[Candidate]) -> bool:
        """Assign a place to every item of the bundle and return True, or change nothing and return False."""
        before = dict(self.assigned)
        if all(self._assign(candidate, set()) for candidate in bundle):
            return True
        self.assigned = before
        return False

    def _assign(self, candidate: Candidate, tried: set[int]) -> bool:
        for n, cell in enumerate(self.places):
            if n in tried or not fits(cell, candidate):
                continue
            tried.add(n)
            if n not in self.assigned or self._assign(self.assigned[n], tried):
                self.assigned[n] = candidate
                return True
        return False


def _select(
    blueprint: Sequence[Cell], supply: Sequence[Candidate], seed: str, seen: Set[str]
) -> tuple[list[Candidate], tuple[Cell, ...]]:
    """Return the selected items and the blueprint lines that stay open."""
    places = [cell for cell in blueprint for _ in range(cell.items)]
    matching, barred = _Matching(places), set[str]()
    for bundle in _by_preference(supply, seed, seen):
        ids = {candidate.item.id for candidate in bundle}
        enemies = {enemy for candidate in bundle for enemy in candidate.item.enemies}
        if ids & barred or enemies & {candidate.item.id for candidate in matching.assigned.values()}:
            continue
        if matching.add(bundle):
            barred |= ids | enemies
        if len(matching.assigned) == len(places):
            break
    open_places = [cell for n, cell in enumerate(places) if n not in matching.assigned]
    missing = {cell: open_places.count(cell) for cell in open_places}
    return list(matching.assigned.values()), tuple(cell.model_copy(update={"items": n}) for cell, n in missing.items())


def _by_preference(supply: Sequence[Candidate], seed: str, seen: Set[str]) -> list[list[Candidate]]:
    """Return bundles (single items, or all items of a case), the most preferred first."""
    bundles: dict[str, list[Candidate]] = {}
    for candidate in supply:
        bundles.setdefault(candidate.item.case or candidate.item.id, []).append(candidate)
    places = {id_: n for n, id_ in enumerate(shuffled(bundles, seed))}

    def rank(id_: str) -> tuple[bool, bool, bool, int]:
        items = [candidate.item for candidate in bundles[id_]]
        own = any(candidate.own for candidate in bundles[id_])
        must = any(item.must_pass for item in items)
        return not must, not own, any(item.id in seen for item in items), places[id_]

    return [bundles[id_] for id_ in sorted(bundles, key=rank)]


def _arranged(chosen: Sequence[Candidate], seed: str) -> tuple[FormItem, ...]:
    """Return the items in shuffled order, the items of a case next to each other in id order."""
    bundles: dict[str, list[Candidate]] = {}
    for candidate in sorted(chosen, key=lambda one: one.item.id):
        bundles.setdefault(candidate.item.case or candidate.item.id, []).append(candidate)
    names = shuffled(bundles, f"{seed}/order")
    return tuple(_form_item(candidate, seed) for name in names for candidate in bundles[name])


def _form_item(candidate: Candidate, seed: str) -> FormItem:
    item = candidate.item.instance(f"{seed}/{candidate.item.id}")
    return FormItem(item, candidate.module, item.order(f"{seed}/{item.id}"))

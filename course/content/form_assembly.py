"""A blueprint, the items there are and a seed -> the form. The same three always give the same form. Pure.

Which items can be had together is a matching of items to the places of the blueprint. Items are taken in the order in
which they are wanted, each if the ones taken so far can be moved to make room; that gives the best form there is, not
just the first that fits. Enemies and cases, which no matching knows, are met by trying other orders.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from course.content.items.base import Item
from course.content.schema.content import Assessment, Catalog, Cell, Competency
from course.content.seeded import shuffled

TRIES = 30  # orders that are tried before a form counts as short


@dataclass(frozen=True)
class Candidate:
    """An item that may be drawn; `own` ones were made for this learner."""

    item: Item
    module: str
    competency: Competency
    own: bool = False


@dataclass(frozen=True)
class Drawn:
    """An item on a form, with values for its parameters, and what it shows in which order."""

    item: Item
    module: str
    order: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """`missing` has the lines of the blueprint that could not be met, each with as many items as were lacking."""

    drawn: tuple[Drawn, ...]
    missing: tuple[Cell, ...] = ()


def candidates(catalog: Catalog, assessment: Assessment, own: Sequence[Item] = ()) -> list[Candidate]:
    """Every item that an attempt may draw; `own` ones belong to the first bank that has their objective."""
    found = []
    for bank in assessment.banks:
        module = catalog.modules[catalog.banks[bank].module]
        competency = {objective.id: objective.competency for objective in module.objectives}
        mine = [item for item in own if item.objective in competency]
        found += [Candidate(item, module.id, competency[item.objective], own=True) for item in mine]
        found += [Candidate(item, module.id, competency[item.objective]) for item in catalog.banks[bank].items]
    return found


def form(blueprint: Sequence[Cell], supply: Sequence[Candidate], seed: str, seen: Set[str] = frozenset()) -> Form:
    """As the blueprint asks. Must-pass items come first, then own ones, then those not `seen`; cases stay together."""
    best = Form((), tuple(blueprint))
    for number in range(TRIES):
        chosen, missing = _choose(blueprint, supply, f"{seed}/draw" + (f"/{number}" if number else ""), seen)
        if number == 0 or _lacking(missing) < _lacking(best.missing):
            best = Form(_laid_out(chosen, seed), missing)
        if not best.missing:
            break
    return best


def _lacking(missing: Sequence[Cell]) -> int:
    return sum(cell.items for cell in missing)


def fits(cell: Cell, candidate: Candidate) -> bool:
    item = candidate.item
    return (
        cell.module in (None, candidate.module)
        and cell.competency in (None, candidate.competency)
        and cell.objective in (None, item.objective)
        and cell.level in (None, item.level)
        and cell.difficulty in (None, item.difficulty)
    )


class _Matching:
    """Items in places. Once an item has a place, it may be moved but never loses it."""

    def __init__(self, places: Sequence[Cell]) -> None:
        self.places = places
        self.held: dict[int, Candidate] = {}  # the number of a place -> who has it

    def add(self, bundle: Sequence[Candidate]) -> bool:
        """Gives every item of the bundle a place, or none."""
        before = dict(self.held)
        if all(self._place(candidate, set()) for candidate in bundle):
            return True
        self.held = before
        return False

    def _place(self, candidate: Candidate, tried: set[int]) -> bool:
        for n, cell in enumerate(self.places):
            if n in tried or not fits(cell, candidate):
                continue
            tried.add(n)
            if n not in self.held or self._place(self.held[n], tried):
                self.held[n] = candidate
                return True
        return False


def _choose(
    blueprint: Sequence[Cell], supply: Sequence[Candidate], seed: str, seen: Set[str]
) -> tuple[list[Candidate], tuple[Cell, ...]]:
    """The items taken, and what of the blueprint stays open."""
    places = [cell for cell in blueprint for _ in range(cell.items)]
    matching, barred = _Matching(places), set[str]()
    for bundle in _wanted(supply, seed, seen):
        ids = {candidate.item.id for candidate in bundle}
        enemies = {enemy for candidate in bundle for enemy in candidate.item.enemies}
        if ids & barred or enemies & {held.item.id for held in matching.held.values()}:
            continue
        if matching.add(bundle):
            barred |= ids | enemies
        if len(matching.held) == len(places):
            break
    lacking = [cell for n, cell in enumerate(places) if n not in matching.held]
    missing = {cell: lacking.count(cell) for cell in lacking}
    return list(matching.held.values()), tuple(cell.model_copy(update={"items": n}) for cell, n in missing.items())


def _wanted(supply: Sequence[Candidate], seed: str, seen: Set[str]) -> list[list[Candidate]]:
    """Single items, and cases as a whole, those that are wanted most first."""
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


def _laid_out(chosen: Sequence[Candidate], seed: str) -> tuple[Drawn, ...]:
    """In shuffled order, the items of a case one after the other as the bank has them."""
    cases: dict[str, list[Candidate]] = {}
    for candidate in sorted(chosen, key=lambda one: one.item.id):
        cases.setdefault(candidate.item.case or candidate.item.id, []).append(candidate)
    return tuple(_drawn(candidate, seed) for name in shuffled(cases, f"{seed}/order") for candidate in cases[name])


def _drawn(candidate: Candidate, seed: str) -> Drawn:
    item = candidate.item.instance(f"{seed}/{candidate.item.id}")
    return Drawn(item, candidate.module, item.order(f"{seed}/{item.id}"))

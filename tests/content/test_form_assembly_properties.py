"""A form meets its blueprint or reports what is missing, compared with a search over all possible forms."""

from collections import Counter
from itertools import combinations, permutations

from hypothesis import given
from hypothesis import strategies as st

from course.content import form_assembly
from course.content.items import item_of
from course.content.schema.blueprint import Cell
from course.content.schema.module import Competency

DATA = {
    "type": "single",
    "stem": "Which?",
    "rationale": "So.",
    "references": ["R1"],
    "key": "a",
    "options": {"a": "Alpha", "b": "Beta", "c": "Gamma"},
}
OBJECTIVES, LEVELS = ("one", "two"), ("recall", "application", "case")


@st.composite
def supplies(draw):
    found = []
    for n in range(draw(st.integers(1, 6))):
        item = item_of(
            DATA
            | {
                "id": f"x-{n}",
                "objective": draw(st.sampled_from(OBJECTIVES)),
                "level": draw(st.sampled_from(LEVELS)),
                "difficulty": draw(st.integers(1, 3)),
                "must_pass": draw(st.integers(0, 5)) == 0,
            }
        )
        found.append(form_assembly.Candidate(item, "m", Competency.ANATOMY))
    return found


@st.composite
def blueprints(draw):
    return tuple(
        Cell(
            items=draw(st.integers(1, 2)),
            objective=draw(st.sampled_from((None, *OBJECTIVES))),
            level=draw(st.sampled_from((None, *LEVELS))),
            difficulty=draw(st.sampled_from((None, 1, 2, 3))),
        )
        for _ in range(draw(st.integers(1, 3)))
    )


def most_filled(cells, supply) -> int:
    """Return the largest number of places that can be filled, by trying everything."""
    places = [cell for cell in cells for _ in range(cell.items)]
    for size in range(min(len(places), len(supply)), 0, -1):
        for chosen in combinations(places, size):
            for items in permutations(supply, size):
                if all(form_assembly.fits(cell, item) for cell, item in zip(chosen, items, strict=True)):
                    return size
    return 0


@given(supplies(), blueprints(), st.text(max_size=5))
def test_a_form_fills_as_many_places_as_possible_and_reports_the_rest(supply, cells, seed):
    form = form_assembly.assemble(cells, supply, seed)
    missing = sum(cell.items for cell in form.missing)
    assert len(form.items) == most_filled(cells, supply)
    assert len(form.items) + missing == sum(cell.items for cell in cells)
    assert len({one.item.id for one in form.items}) == len(form.items)


@given(supplies(), st.text(max_size=5))
def test_must_pass_items_are_selected_wherever_they_fit(supply, seed):
    cells = (Cell(items=len(supply)),)
    wanted = {c.item.id for c in supply if c.item.must_pass}
    assert wanted <= {one.item.id for one in form_assembly.assemble(cells, supply, seed).items}
    small = (Cell(items=max(1, len(wanted))),)
    if wanted:
        assert {one.item.id for one in form_assembly.assemble(small, supply, seed).items} == wanted


@given(supplies(), blueprints(), st.text(max_size=5))
def test_a_form_does_not_depend_on_the_order_of_the_supply(supply, cells, seed):
    assert form_assembly.assemble(cells, supply, seed) == form_assembly.assemble(cells, supply[::-1], seed)


@given(supplies(), st.integers(1, 4), st.text(max_size=5))
def test_seen_items_are_selected_only_when_nothing_else_is_left(supply, wanted, seed):
    seen = {c.item.id for c in supply[::2] if not c.item.must_pass}
    seen_or_not = Counter(
        one.item.id in seen for one in form_assembly.assemble((Cell(items=wanted),), supply, seed, seen).items
    )
    fresh = len(supply) - len(seen)
    assert seen_or_not[True] == max(0, min(wanted, len(supply)) - fresh)

"""A form meets its blueprint or says what is missing: held against an independent search over every possible form."""

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
def supplies(draw_):
    found = []
    for n in range(draw_(st.integers(1, 6))):
        item = item_of(
            DATA
            | {
                "id": f"x-{n}",
                "objective": draw_(st.sampled_from(OBJECTIVES)),
                "level": draw_(st.sampled_from(LEVELS)),
                "difficulty": draw_(st.integers(1, 3)),
                "must_pass": draw_(st.integers(0, 5)) == 0,
            }
        )
        found.append(form_assembly.Candidate(item, "m", Competency.ANATOMY))
    return found


@st.composite
def blueprints(draw_):
    return tuple(
        Cell(
            items=draw_(st.integers(1, 2)),
            objective=draw_(st.sampled_from((None, *OBJECTIVES))),
            level=draw_(st.sampled_from((None, *LEVELS))),
            difficulty=draw_(st.sampled_from((None, 1, 2, 3))),
        )
        for _ in range(draw_(st.integers(1, 3)))
    )


def best(cells, supply) -> int:
    """The most places that can be filled, by trying everything."""
    places = [cell for cell in cells for _ in range(cell.items)]
    for size in range(min(len(places), len(supply)), 0, -1):
        for chosen in combinations(places, size):
            for items in permutations(supply, size):
                if all(form_assembly.fits(cell, item) for cell, item in zip(chosen, items, strict=True)):
                    return size
    return 0


@given(supplies(), blueprints(), st.text(max_size=5))
def test_a_form_is_as_full_as_any_can_be_and_names_what_it_lacks(supply, cells, seed):
    form = form_assembly.assemble(cells, supply, seed)
    lacking = sum(cell.items for cell in form.missing)
    assert len(form.items) == best(cells, supply)
    assert len(form.items) + lacking == sum(cell.items for cell in cells)
    assert len({one.item.id for one in form.items}) == len(form.items)


@given(supplies(), st.text(max_size=5))
def test_must_pass_items_are_in_wherever_they_fit(supply, seed):
    cells = (Cell(items=len(supply)),)
    wanted = {c.item.id for c in supply if c.item.must_pass}
    assert wanted <= {one.item.id for one in form_assembly.assemble(cells, supply, seed).items}
    small = (Cell(items=max(1, len(wanted))),)
    if wanted:
        assert {one.item.id for one in form_assembly.assemble(small, supply, seed).items} == wanted


@given(supplies(), blueprints(), st.text(max_size=5))
def test_a_form_is_the_same_however_the_supply_is_sorted(supply, cells, seed):
    assert form_assembly.assemble(cells, supply, seed) == form_assembly.assemble(cells, supply[::-1], seed)


@given(supplies(), st.integers(1, 4), st.text(max_size=5))
def test_what_was_met_before_is_drawn_only_when_nothing_else_is_left(supply, wanted, seed):
    seen = {c.item.id for c in supply[::2] if not c.item.must_pass}
    drawn = Counter(
        one.item.id in seen for one in form_assembly.assemble((Cell(items=wanted),), supply, seed, seen).items
    )
    fresh = len(supply) - len(seen)
    assert drawn[True] == max(0, min(wanted, len(supply)) - fresh)

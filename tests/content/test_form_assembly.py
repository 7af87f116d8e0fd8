"""A form follows its blueprint, its seed and the order of preference."""

from collections import Counter

import pytest

from course.content import form_assembly
from course.content.schema.blueprint import Cell


def assembled(catalog, name, seed, **more):
    assessment = catalog.assessments[name]
    return form_assembly.assemble(
        catalog.blueprint_of(assessment), form_assembly.candidates(catalog, assessment), seed, **more
    )


def test_the_same_seed_gives_the_same_form(catalog):
    assert assembled(catalog, "adverse-events", "seed") == assembled(catalog, "adverse-events", "seed")
    assert assembled(catalog, "adverse-events", "seed") != assembled(catalog, "adverse-events", "other")


def test_a_form_follows_the_blueprint(catalog):
    for name, bank in catalog.banks.items():
        form = assembled(catalog, name, "seed")
        assert Counter(one.item.objective for one in form.items) == {c.objective: c.items for c in bank.blueprint}
        assert len({one.item.id for one in form.items}) == bank.length


def test_all_options_are_shown_in_some_order(catalog):
    for one in assembled(catalog, "state-scope", "seed").items:
        if one.item.type in ("single", "multiple"):
            assert sorted(one.order) == sorted(one.item.by_id)


def test_over_many_seeds_every_item_and_every_first_option_comes_up(catalog):
    forms = [assembled(catalog, "adverse-events", str(seed)).items for seed in range(300)]
    assert {one.item.id for form in forms for one in form} == {
        item.id for item in catalog.banks["adverse-events"].items
    }
    firsts = Counter(
        one.order[0] for form in forms for one in form if len(one.order) == 4 and one.item.type == "single"
    )
    assert max(firsts.values()) < 1.3 * min(firsts.values())


def test_items_of_an_earlier_attempt_are_selected_last(supply, catalog):
    cells = catalog.banks["adverse-events"].blueprint
    counts = Counter(candidate.item.objective for candidate in supply)
    must_repeat = sum(max(0, 2 * cell.items - counts[cell.objective]) for cell in cells)
    repeated = 0
    for seed in range(20):
        first = {d.item.id for d in form_assembly.assemble(cells, supply, f"{seed}").items if not d.item.must_pass}
        again = {d.item.id for d in form_assembly.assemble(cells, supply, f"{seed}-again", first).items}
        assert len(first & again) <= must_repeat
        repeated += len(first & {d.item.id for d in form_assembly.assemble(cells, supply, f"{seed}-again").items})
    assert repeated > 20 * must_repeat


def with_items(supply, change):
    return [form_assembly.Candidate(change(c.item), c.module, c.competency, c.own) for c in supply]


@pytest.fixture
def supply(catalog):
    """Return the items of a bank without enemies and cases, which a test adds where it needs them."""
    items = form_assembly.candidates(catalog, catalog.assessments["adverse-events"])
    return with_items(items, lambda item: item.model_copy(update={"enemies": (), "case": None, "vignette": None}))


def test_items_move_to_make_room_so_that_every_place_is_filled(supply):
    one, *others = [c for c in supply if c.item.level == "recall"][:6]
    cells = (Cell(items=1, objective=one.item.objective), Cell(items=5))
    for seed in range(50):
        assert form_assembly.assemble(cells, [one, *others], str(seed)).missing == ()


def test_lines_that_cannot_be_met_are_reported(supply):
    form = form_assembly.assemble((Cell(items=2, level="case"), Cell(items=99, level="recall")), supply, "seed")
    (missing,) = form.missing
    assert missing.items == 99 - sum(c.item.level == "recall" for c in supply)
    assert str(missing) == f"{missing.items} of recall"


def test_enemies_are_never_on_one_form(supply):
    ids = [c.item.id for c in supply]
    pairs = dict(zip(ids[::2], ids[1::2], strict=False))
    hostile = with_items(
        supply, lambda item: item.model_copy(update={"enemies": (pairs[item.id],) if item.id in pairs else ()})
    )
    for seed in range(60):
        selected = {d.item.id for d in form_assembly.assemble((Cell(items=10),), hostile, str(seed)).items}
        assert len(selected) == 10
        assert not any(a in selected and b in selected for a, b in pairs.items())


def test_a_case_is_selected_whole_and_its_items_stay_in_bank_order(supply):
    case = [c.item.id for c in supply if not c.item.must_pass][:3]
    cased = with_items(
        supply,
        lambda i: i.model_copy(update={"case": "fainting", "vignette": "A man faints."}) if i.id in case else i,
    )
    met = 0
    for seed in range(60):
        selected = [d.item.id for d in form_assembly.assemble((Cell(items=8),), cased, str(seed)).items]
        inside = [id_ for id_ in selected if id_ in case]
        assert inside in ([], case)
        met += bool(inside)
        if inside:
            assert selected[selected.index(case[0]) :][:3] == case
    assert met

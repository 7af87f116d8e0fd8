"""Item types: rules that every type follows, rules of each type, and what pages show of an item."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from xml.etree.ElementTree import Element

import html5lib
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from course.content.figures.cross_section_in_words import location
from course.content.items import TYPES, item_of, numerals
from course.content.items.base import NotAnAnswer
from course.content.schema.blueprint import Cell
from course.platform.config import ROOT
from course.site import site_of
from tests import factories
from tests.content.items import COMMON, EXAMPLES, OF_ITS_TYPE, SECTIONS, made
from tests.factories import MODULE

items = st.sampled_from(EXAMPLES)
seeds = st.text("0123456789abcdef", min_size=1, max_size=8)
each_type = pytest.mark.parametrize("item", EXAMPLES, ids=lambda item: item.type)


@pytest.fixture
def ask(app):
    """Return the HTML of an item's fields, as on a page."""

    def render(item, order, answer=None, macro="ask"):
        with app.test_request_context():
            kind = app.jinja_env.get_template(f"items/{item.type}.html").module
            return str(kind.ask(item, order, answer, "a1") if macro == "ask" else kind.show(item, order, answer))

    return render


def controls(html: str) -> Iterator[tuple[str, list[str] | None, bool, str]]:
    """Yield each field: its name, its choices (None for a text field), whether it takes several, and its value."""
    tree = html5lib.parse(f"<form>{html}</form>", namespaceHTMLElements=False)
    boxes: dict[str, list[Element]] = {}
    for one in tree.iter("input"):
        if one.get("type") in ("radio", "checkbox"):
            boxes.setdefault(one.get("name", ""), []).append(one)
        else:
            yield one.get("name", ""), None, False, one.get("value", "")
    for name, group in boxes.items():
        value = "\n".join(one.get("value", "") for one in group if one.get("checked") is not None)
        yield name, [one.get("value", "") for one in group], group[0].get("type") == "checkbox", value
    for select in tree.iter("select"):
        options = [(one.get("value", "".join(one.itertext())), one) for one in select.iter("option")]
        value = next((choice for choice, one in options if one.get("selected") is not None), options[0][0])
        yield select.get("name", ""), [choice for choice, _ in options], False, value


def submitted(html: str) -> MultiDict:
    """Return what a browser sends for an unchanged form."""
    return MultiDict(
        (name, value)
        for name, choices, _, content in controls(html)
        for value in (content.split("\n") if choices else [content])
        if value
    )


@st.composite
def filled(draw, html: str) -> MultiDict:
    """Return the form with some answer, complete or not."""
    fields = MultiDict()
    for name, choices, several, _ in controls(html):
        if choices is None:
            texts = st.sampled_from(["", "0", "5", "12.5", "13", "−3", "1,25", "44", "66", "1,234", "a"]) | st.text(
                max_size=6
            )
            fields.add(name, draw(texts))
        elif several:
            for value in draw(st.sets(st.sampled_from(choices))):
                fields.add(name, value)
        elif value := draw(st.sampled_from(["", *choices])):
            fields.add(name, value)
    return fields


def test_every_type_has_an_example():
    assert OF_ITS_TYPE.keys() == TYPES.keys()


@given(items, seeds, st.data())
def test_any_answer_scores_from_0_to_1_and_is_shown_again_unchanged(ask, item, seed, data):
    order = item.order(seed)
    fields = data.draw(filled(ask(item, order)))
    try:
        answer = item.read(fields, "a1", order)
    except NotAnAnswer:
        return
    stored = json.loads(json.dumps(answer))
    assert stored == answer
    assert 0 <= item.score(stored) <= 1
    assert isinstance(item.score(stored), Fraction)
    assert set(item.chosen(stored)) <= item.labels().keys()
    again = item.read(submitted(ask(item, order, stored)), "a1", order)
    assert again == stored or (not again and not stored)
    assert ask(item, order, stored, "show")


@given(
    items,
    st.dictionaries(
        st.sampled_from(
            ["a1", "a1-1", "a1-2", "a1-verdict", "a1-reason", "a1-unit", "a1-entry", "a1-angle", "a1-depth"]
        ),
        st.text(max_size=50),
    ),
)
def test_arbitrary_input_is_refused_or_scores_from_0_to_1(item, fields):
    order = item.order("seed")
    try:
        answer = item.read(MultiDict(fields), "a1", order)
    except NotAnAnswer:
        return
    assert 0 <= item.score(answer) <= 1


@given(items, seeds, seeds, st.data())
def test_the_display_order_never_changes_a_score(ask, item, one, other, data):
    order, reordered = item.order(one), item.order(other)
    assert sorted(order) == sorted(reordered)
    fields = data.draw(filled(ask(item, order)))
    try:
        answer = item.read(fields, "a1", order)
    except NotAnAnswer:
        return
    again = item.read(submitted(ask(item, reordered, answer)), "a1", reordered)
    assert item.score(again) == item.score(answer)


@each_type
def test_the_solution_is_correct_and_an_unanswered_item_earns_nothing(ask, item):
    assert item.score(item.solution) == 1
    assert set(item.chosen(item.solution)) <= item.keyed() <= item.labels().keys()
    order = item.order("seed")
    nothing = item.read(submitted(ask(item, order)), "a1", order)
    for unanswered in (None, nothing):
        assert not unanswered
        assert item.score(unanswered) == 0
        assert item.chosen(unanswered) == ("open",)


@each_type
def test_a_stored_item_reads_back_the_same(item):
    again = item_of(json.loads(json.dumps(item.model_dump(mode="json"))))
    assert again == item
    assert again.digest == item.digest
    assert item.rekeyed(item) == item


OTHER_KEYS = {
    "single": {"key": "d"},
    "multiple": {"key": ["b", "d"]},
    "reason": {"key": False, "reason": "a"},
    "matching": {"key": {1: "c", 2: "c", 3: "a"}},
    "ordering": {"steps": ["Act", "Feel", "Look", "Listen"]},
    "numeric": {"key": 3},
    "hotspot": {"key": "lung"},
    "needle": {"answer": {"entry": 76, "angle": -66, "depth": 34}},
}


@each_type
def test_the_question_page_does_not_reveal_the_key(ask, item):
    changed = made(item.type, **OTHER_KEYS[item.type])
    assert changed.solution != item.solution
    order = next(order for n in range(99) if (order := item.order(str(n))) == changed.order(str(n)))
    assert ask(changed, order) == ask(item, order)
    assert changed.score(changed.solution) == 1
    assert item.rekeyed(changed).solution == changed.solution


def refused(type_: str, **more) -> str:
    with pytest.raises(ValidationError) as fault:
        made(type_, **more)
    return str(fault.value)


@pytest.mark.parametrize(
    ("type_", "more", "message"),
    [
        ("reason", {"reason": "h"}, "which is not an option"),
        ("reason", {"reasons": {"a": "Only one"}}, "at least 2"),
        ("matching", {"key": {1: "b"}}, "one option for each of the prompts 1, 2, 3"),
        ("matching", {"key": {1: "b", 2: "a", 3: "h"}}, "which is not an option"),
        ("ordering", {"steps": ["Look", "Look", "Act"]}, "two steps are the same"),
        ("ordering", {"steps": ["Look", "Act"]}, "at least 3"),
        ("numeric", {"key": "length * 2"}, "can't be calculated"),
        ("numeric", {"key": -3}, "is negative"),
        ("numeric", {"tolerance_percent": 5}, "two tolerances"),
        ("numeric", {"unit": None}, "other units than"),
        ("numeric", {"key": "1 / 3", "tolerance": 0}, "raise `decimals` or the tolerance"),
        ("hotspot", {"key": "heart"}, "heart is not visible"),
        ("hotspot", {"choices": ["skin", "fat"]}, "not among the `choices`"),
        ("hotspot", {"choices": ["rib-4"]}, "needs 2 to"),
        ("needle", {"answer": {"entry": 40, "angle": 0, "depth": 40}}, "is incorrect"),
    ],
)
def test_invalid_content_is_refused_with_a_reason(type_, more, message):
    assert message in refused(type_, **more)


def test_the_examples_of_the_authoring_guide_are_valid_items():
    guide = (ROOT / "docs/authoring.md").read_text()
    blocks = re.findall(r"```yaml\n(- type: .*?)```", guide, re.DOTALL)
    found = [item for block in blocks for item in yaml.safe_load(block)]
    assert {item["type"] for item in found} | {"single"} == set(TYPES)
    for item in found:
        figure = {"drawing": SECTIONS[item["figure"]]} if "figure" in item else {}
        assert item_of(COMMON | {"id": "example", "stem": "What?"} | item | figure)


def test_one_correct_part_of_true_or_false_with_reason_earns_nothing():
    item = made("reason")
    assert item.score({"verdict": True, "reason": "c"}) == 1
    for partial in (
        {"verdict": True, "reason": None},
        {"verdict": None, "reason": "c"},
        {"verdict": False, "reason": "c"},
    ):
        assert item.score(partial) == 0


def test_each_correct_pair_earns_its_share():
    assert made("matching").score({"1": "b", "2": "d"}) == Fraction(1, 3)


class TestOrdering:
    item = made("ordering")

    def score(self, *steps):
        ids = {step: id_ for id_, step in self.item.by_id.items()}
        return self.item.score({ids[step]: place for place, step in enumerate(steps, start=1)})

    def test_two_swapped_neighbors_cost_a_third_of_the_point(self):
        assert self.score("Look", "Feel", "Listen", "Act") == Fraction(2, 3)

    def test_half_of_the_pairs_or_fewer_earn_nothing(self):
        assert self.score("Listen", "Look", "Act", "Feel") == Fraction(1, 3)
        assert self.score("Listen", "Act", "Look", "Feel") == 0
        assert self.score("Act", "Feel", "Listen", "Look") == 0

    def test_a_step_without_a_place_is_in_no_correct_pair(self):
        assert self.score("Look", "Listen", "Feel") == 0
        assert self.item.pairs({id_: n for n, id_ in enumerate(list(self.item.by_id)[:3], start=1)}) == (3, 6)

    def test_two_steps_in_one_place_are_refused(self):
        order = self.item.order("seed")
        with pytest.raises(NotAnAnswer, match="a different place"):
            self.item.read(MultiDict({f"a1-{id_}": "1" for id_ in order}), "a1", order)

    def test_the_displayed_order_is_never_the_correct_one(self):
        assert all(self.item.order(str(n)) != tuple(self.item.by_id) for n in range(200))

    def test_an_order_of_other_steps_cannot_be_its_key(self):
        assert self.item.rekeyed(made("ordering", steps=["Look", "Listen", "Act"])) is None


DIGITS = {
    "ascii": "0123456789",
    "arabic": "٠١٢٣٤٥٦٧٨٩",
    "persian": "۰۱۲۳۴۵۶۷۸۹",
    "wide": "０１２３４５６７８９",
    "devanagari": "०१२३४५६७८९",
}
CONVENTIONS = [
    (".", ""),
    (",", ""),
    (".", ","),
    (",", "."),
    (",", "\u00a0"),
    (".", "\u2009"),
    (",", "\u202f"),
    (".", "'"),
    (",", "’"),
    ("٫", "٬"),
]


def in_locale(number: Decimal, point: str, separator: str, digits: str, minus: str) -> str:
    whole, _, part = f"{abs(number):,f}".partition(".")
    text = whole.replace(",", separator) + (point + part if part else "")
    return (minus if number < 0 else "") + text.translate(str.maketrans(DIGITS["ascii"], digits))


@given(
    st.decimals(-(10**7), 10**7, places=2, allow_nan=False),
    st.sampled_from(CONVENTIONS),
    st.sampled_from(list(DIGITS.values())),
    st.sampled_from("-−－"),
)
def test_a_number_is_read_the_same_in_every_locale(number, convention, digits, minus):
    assert numerals.value(in_locale(number, *convention, digits, minus)) == Fraction(number)


@pytest.mark.parametrize("text", ["1,234", "1.234", "12.345", "-123,000", "١,٢٣٤"])
def test_an_ambiguous_number_is_refused_with_both_readings(text):
    with pytest.raises(numerals.NotANumber) as fault:
        numerals.value(text)
    for reading in str(fault.value).split("Enter ")[1].rstrip(".").split(" or "):
        assert numerals.value(reading)


@pytest.mark.parametrize(
    "text", ["", ".", "-", "1.2.3", "1,23,456", "5 mm", "10²", "1e3", "½", "5'", "0x10", "1" * 41, "nan", "٫"]
)
def test_text_that_is_not_a_number_is_refused(text):
    with pytest.raises(numerals.NotANumber):
        numerals.value(text)


class TestNumeric:
    item = made("numeric")

    @pytest.mark.parametrize("convention", CONVENTIONS)
    @pytest.mark.parametrize("digits", DIGITS.values(), ids=DIGITS)
    def test_the_correct_answer_is_accepted_in_every_locale(self, convention, digits):
        for item, number in (
            (self.item, Decimal("12.5")),
            (made("numeric", key=1234.5, tolerance=0), Decimal("1234.5")),
        ):
            text = in_locale(number, *convention, digits, "-")
            answer = item.read(MultiDict({"a1": f" {text} ", "a1-unit": "mm"}), "a1", ())
            assert item.score(answer) == 1

    @pytest.mark.parametrize(
        ("text", "unit", "score"),
        [
            ("12", "mm", 1),
            ("13", "mm", 1),
            ("11.9999999999", "mm", 0),
            ("13.0000000001", "mm", 0),
            ("1.25", "cm", 1),
            ("1.3", "cm", 1),
            ("1.31", "cm", 0),
            ("12.5", "cm", 0),
        ],
    )
    def test_the_limit_of_the_tolerance_is_accepted_in_every_unit(self, text, unit, score):
        assert self.item.score({"text": text, "unit": unit}) == score

    def test_a_key_that_floating_point_would_miss_is_accepted(self):
        item = made("numeric", key="0.1 * n", unit=None, units={}, tolerance=0, parameters={"n": [3]}).instance("seed")
        assert item.score({"text": "0.3", "unit": None}) == 1

    def test_every_instance_has_its_own_key(self):
        item = made(
            "numeric",
            stem="{length} mm at {angle} degrees?",
            key="length * cos(angle)",
            units={},
            tolerance=None,
            tolerance_percent=2,
            decimals=1,
            parameters={"length": [30, 40, 50], "angle": [0, 30, 60]},
        )
        found = {one.stem: one.shown for one in item.instances()}
        assert len(found) == 9
        assert found["40 mm at 60 degrees?"] == "20"
        assert found["50 mm at 30 degrees?"] == "43.3"
        assert all(one.score(one.solution) == 1 for one in item.instances())

    def test_an_instance_whose_key_cannot_be_calculated_is_refused(self):
        message = refused("numeric", key="6 / n", stem="{n}?", parameters={"n": [1, 0]}, units={})
        assert "can't be divided by zero" in message


class TestHotspot:
    item = made("hotspot")

    def test_every_part_with_the_same_name_is_correct(self):
        assert self.item.keyed() == {"rib-4", "rib-5"}
        assert self.item.score(["rib-5"]) == 1
        assert self.item.score(["lung"]) == 0

    def test_the_question_page_names_no_part(self, ask):
        html = ask(self.item, self.item.order("seed")).lower()
        for part in SECTIONS["rhomboid"].parts:
            assert not re.search(rf"\b{part.name.lower()}\b", html)
            assert f'"{part.id}"' not in html
            assert f"f-{part.role}" not in html

    @pytest.mark.parametrize("name", sorted(SECTIONS))
    def test_every_part_is_described_by_its_position(self, name):
        section = SECTIONS[name]
        seen = [part for part in section.parts if not section.visible[part.id].is_empty]
        assert len({location(section, part.id) for part in seen}) == len(seen)

    def test_the_position_of_a_part_comes_from_its_shape(self):
        assert self.item.where("trapezius") == "a band across the full width, 8 to 15 mm below the surface"
        assert self.item.where("nerve").startswith("a round shape, 4 mm wide")
        assert self.item.where("rib-4").endswith("29 mm below the surface and 18 mm from the left edge")


class TestNeedle:
    item = made("needle")

    def test_only_a_safe_path_to_the_target_is_correct(self):
        assert self.item.score({"entry": 40.0, "angle": 0.0, "depth": 40.0}) == 0
        assert self.item.score({"entry": 4.0, "angle": 66.0, "depth": None}) == 0

    @pytest.mark.parametrize(
        ("number", "text"), [("entry", "81"), ("angle", "86"), ("depth", "-1"), ("depth", "nan"), ("depth", "1e999")]
    )
    def test_numbers_outside_the_drawing_are_refused(self, number, text):
        with pytest.raises(NotAnAnswer, match="is not between"):
            self.item.read(MultiDict({f"a1-{number}": text}), "a1", ())

    def test_the_question_page_does_not_say_what_the_needle_passes_through(self, ask):
        html = ask(self.item, (), {"entry": 40.0, "angle": 0.0, "depth": 40.0})
        assert "safe;" not in html
        assert "passes" not in html

    def test_the_key_of_a_figure_that_looks_different_is_refused(self):
        moved = SECTIONS["rhomboid"].model_copy(update={"structures": SECTIONS["rhomboid"].structures[:1]})
        stricter = SECTIONS["rhomboid"].model_copy(update={"clearance": 1})
        assert self.item.rekeyed(made("needle", drawing=stricter)).drawing.clearance == 1
        assert (
            self.item.rekeyed(item_of(self.item.model_dump() | {"drawing": moved.model_dump() | {"clearance": 0}}))
            is None
        )


@pytest.fixture
def all_types(app):
    """Replace a module's bank with one item of every type, all of them on the form."""
    content = site_of(app).catalog
    bank = content.banks[MODULE].model_copy(
        update={"items": tuple(EXAMPLES), "blueprint": (Cell(items=len(EXAMPLES)),)}
    )
    factories.change_site(app, catalog=factories.replaced(content, banks={**content.banks, MODULE: bank}))


def test_every_type_has_a_question_page_and_a_result(app, pages, learner, all_types):
    attempt = factories.start_attempt(app, learner)
    mine = pages.as_(learner)
    for position in range(1, len(EXAMPLES) + 1):
        assert f"Question {position} of {len(EXAMPLES)}" in mine.get(f"/attempts/{attempt.code}/{position}").text
    page = mine.get(f"/attempts/{attempt.code}/all")
    assert page.html.count("ordering.js") == page.html.count("hotspot.js") == page.html.count("needle.js") == 1
    mine.post(f"/attempts/{attempt.code}/submit")
    assert "0 of 8" in mine.get(f"/attempts/{attempt.code}").text


def test_the_solutions_of_all_types_earn_full_points(app, pages, learner, all_types):
    attempt = factories.sit(app, learner)
    assert attempt.points == attempt.scored == len(EXAMPLES)
    assert "8 of 8" in pages.as_(learner).get(f"/attempts/{attempt.code}").text

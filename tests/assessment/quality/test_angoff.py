"""Standard setting against examples that were worked by hand."""

import math
from fractions import Fraction

import pytest

from course.assessment.quality.angoff import ItemRating, standard, weights
from course.content.form_assembly import Candidate
from course.content.items import item_of
from course.content.schema.blueprint import Cell
from course.content.schema.module import Competency


def candidate(id_, objective="one", **more):
    item = item_of(
        {
            "id": id_,
            "objective": objective,
            "level": "recall",
            "difficulty": 1,
            "stem": "Which?",
            "rationale": "So.",
            "references": ["R1"],
            "type": "single",
            "options": {"a": "Alpha", "b": "Beta"},
            "key": "a",
        }
        | more
    )
    return Candidate(item, "m", Competency.SCREENING)


SUPPLY = [
    candidate("i1"),
    candidate("i2", must_pass=True),
    candidate("i3"),
    candidate("i4", "two"),
    candidate("i5", "two"),
]
BLUEPRINT = (Cell(items=2, objective="one"), Cell(items=1, objective="two"))
RATINGS = {1: [60, 90, 80, 50, 70], 2: [80, 100, 60, 40, 50], 3: [70, 80, 40, 60, 90]}


def rated(ratings):
    return [
        ItemRating(f"i{n}", rater, rating)
        for rater, given in ratings.items()
        for n, rating in enumerate(given, start=1)
        if rating is not None
    ]


def test_a_worked_example():
    """Weights: i2 1, i1 and i3 1/2 each, i4 and i5 1/2 each; 3 items on a form.

    Means 70, 90, 60, 50, 70 -> (35 + 90 + 30 + 25 + 35) / 3 = 71.667. Marks of the raters: (30+90+40+25+35)/3 = 73.333,
    (40+100+30+20+25)/3 = 71.667, (35+80+20+30+45)/3 = 70; their spread 1.6667, over the root of three 0.9623.
    """
    found = standard(BLUEPRINT, SUPPLY, rated(RATINGS))
    assert found.suggested == pytest.approx(215 / 3, rel=1e-12)
    assert [mark.mark for mark in found.raters.values()] == pytest.approx([220 / 3, 215 / 3, 70], rel=1e-12)
    assert found.error == pytest.approx(5 / 3 / math.sqrt(3), rel=1e-12)
    assert found.unrated == ()


def test_the_ratings_of_each_item():
    found = standard(BLUEPRINT, SUPPLY, rated(RATINGS)).items
    assert (found["i1"].mean, found["i1"].deviation, found["i1"].low, found["i1"].high) == (70, 10, 60, 80)
    assert [id_ for id_, item in found.items() if item.far_apart] == ["i3", "i5"]
    assert {item.raters for item in found.values()} == {3}


def test_weights_are_the_share_of_forms_that_have_the_item():
    assert weights(BLUEPRINT, SUPPLY) == {
        "i1": Fraction(1, 2),
        "i2": 1,
        "i3": Fraction(1, 2),
        "i4": Fraction(1, 2),
        "i5": Fraction(1, 2),
    }


def test_an_item_that_fits_two_lines_belongs_to_both_in_equal_parts():
    blueprint = (Cell(items=1, objective="one"), Cell(items=1, level="recall"))
    found = weights(blueprint, [candidate("i1"), candidate("i4", "two")])
    assert found == {"i1": Fraction(4, 3), "i4": Fraction(2, 3)}
    assert sum(found.values()) == 2


def test_a_line_of_must_pass_items_alone_shares_its_places_among_them():
    supply = [candidate(f"i{n}", must_pass=True) for n in (1, 2)]
    assert weights((Cell(items=1, objective="one"),), supply) == {"i1": Fraction(1, 2), "i2": Fraction(1, 2)}


def test_unrated_items_are_left_out_and_lines_without_a_rating_are_named():
    found = standard(BLUEPRINT, SUPPLY, rated({1: [60, 90, None, None, None]}))
    assert found.suggested == pytest.approx((60 + 90) / 2)
    assert found.unrated == (BLUEPRINT[1],)
    assert found.error is None
    assert found.items["i1"].deviation is None


def test_without_ratings_nothing_is_suggested():
    found = standard(BLUEPRINT, SUPPLY, [])
    assert (found.suggested, found.error, found.items, found.raters) == (None, None, {}, {})


def test_ratings_of_items_that_left_the_bank_do_not_count():
    ratings = [*rated(RATINGS), ItemRating("gone", 1, 0)]
    assert standard(BLUEPRINT, SUPPLY, ratings) == standard(BLUEPRINT, SUPPLY, rated(RATINGS))

"""Safety items whose failure alone fails the attempt."""

from fractions import Fraction

import pytest

from course.assessment import actions, draw, queries
from course.assessment.scoring import Keyed, score
from tests import factories
from tests.factories import MODULE, NOON

RIGHT, WRONG = frozenset("a"), frozenset("b")


def paper(must_pass: bool) -> list[Keyed]:
    return [Keyed(n, "single", "o", RIGHT, must_pass and n == 1) for n in range(1, 11)]


@pytest.mark.parametrize(("answer", "passed"), [(RIGHT, True), (WRONG, False), (frozenset(), False)])
def test_nine_of_ten_pass_unless_the_missed_one_must_be_right(answer, passed):
    answers = dict.fromkeys(range(1, 11), RIGHT) | {1: answer}
    result = score(paper(must_pass=True), answers)
    assert result.passes(80) == passed
    assert result.missed == (() if passed else (1,))
    assert score(paper(must_pass=False), answers).passes(80)


def test_a_score_below_the_mark_fails_whatever_must_be_right():
    answers = dict.fromkeys(range(1, 11), WRONG) | {1: RIGHT}
    assert score(paper(must_pass=True), answers).points == Fraction(1)
    assert not score(paper(must_pass=True), answers).passes(80)


def test_must_pass_items_are_on_every_paper(catalog):
    for bank in catalog.banks.values():
        wanted = {item.id for item in bank.items if item.must_pass}
        for seed in range(20):
            assert wanted <= {drawn.item.id for drawn in draw.paper(bank, str(seed))}


def test_the_learner_is_told_before_the_start_and_on_the_question(app, pages, learner, catalog):
    page = pages.as_(learner).get(f"/modules/{MODULE}/quiz").text
    assert "3 questions are about safety that no score makes up for" in page
    attempt = factories.start_attempt(app, learner)
    marked = [
        n
        for n in range(1, catalog.banks[MODULE].length + 1)
        if "must pass: wrong or open fails" in pages.as_(learner).get(f"/attempts/{attempt.code}/{n}").text
    ]
    assert len(marked) == 3


def test_one_missed_must_pass_item_fails_the_attempt_and_the_result_says_so(app, pages, learner):
    attempt = factories.start_attempt(app, learner)
    with app.app_context():
        whole = queries.own_paper(learner, attempt.code)
        missed = next(item for item in whole.items if item.version.content["must_pass"])
        for item in whole.items:
            if item.position != missed.position:
                key = set(item.version.content["key"])
                actions.save_answer(learner, attempt.code, item.position, key, serial=1, now=NOON)
        assert actions.submit(learner, whole, now=NOON).passed is False
    page = pages.as_(learner).get(f"/attempts/{attempt.code}").text
    assert "Not passed yet" in page
    assert f"Must-pass questions missed: {missed.position}" in page

"""Must-pass items: a missed one fails the attempt, whatever the score."""

from fractions import Fraction

import pytest

from course.assessment.attempts import queries, taking
from course.content import form_assembly
from tests import factories
from tests.assessment.attempts.test_scoring import place, scored
from tests.factories import MODULE, NOON

CORRECT, INCORRECT = ["b"], ["a"]


def paper(must_pass: bool):
    return [place(n, "b", must_pass=must_pass and n == 1) for n in range(1, 11)]


@pytest.mark.parametrize(("answer", "passed"), [(CORRECT, True), (INCORRECT, False), (None, False)])
def test_nine_of_ten_pass_unless_the_missed_item_is_must_pass(answer, passed):
    answers = dict.fromkeys(range(1, 11), CORRECT) | {1: answer}
    result = scored(paper(must_pass=True), answers)
    assert result.passes(80) == passed
    assert result.missed == (() if passed else (1,))
    assert scored(paper(must_pass=False), answers).passes(80)


def test_a_correct_must_pass_item_does_not_lift_a_score_below_the_pass_mark():
    answers = dict.fromkeys(range(1, 11), INCORRECT) | {1: CORRECT}
    assert scored(paper(must_pass=True), answers).points == Fraction(1)
    assert not scored(paper(must_pass=True), answers).passes(80)


def test_must_pass_items_are_on_every_form(catalog):
    for assessment in catalog.assessments.values():
        supply = form_assembly.candidates(catalog, assessment)
        wanted = {candidate.item.id for candidate in supply if candidate.item.must_pass}
        for seed in range(20):
            items = form_assembly.assemble(catalog.blueprint_of(assessment), supply, str(seed)).items
            assert wanted <= {one.item.id for one in items}


def test_the_start_page_and_the_question_state_it(app, pages, learner, catalog):
    page = pages.as_(learner).get(f"/assessments/{MODULE}").text
    assert "3 must-pass questions about safety, each marked as such" in page
    attempt = factories.start_attempt(app, learner)
    marked = [
        n
        for n in range(1, catalog.banks[MODULE].length + 1)
        if "must pass: missing it fails" in pages.as_(learner).get(f"/attempts/{attempt.code}/{n}").text
    ]
    assert len(marked) == 3


def test_one_missed_must_pass_item_fails_the_attempt(app, pages, learner):
    attempt = factories.start_attempt(app, learner)
    with app.app_context():
        whole = queries.items_of(attempt)
        missed = next(one for one in whole if one.item.must_pass)
        for one in whole:
            if one.position != missed.position:
                factories.save_answer(learner, attempt.code, one.position, one.item.solution, serial=1, now=NOON)
        assert taking.submit(learner, attempt, now=NOON).passed is False
    page = pages.as_(learner).get(f"/attempts/{attempt.code}").text
    assert "Not passed yet" in page
    assert f"A must-pass question was missed: question {missed.position}" in page

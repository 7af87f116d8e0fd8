"""Practice shows the correct answer immediately and never counts."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import text

from course.assessment.attempts.scoring import place_of
from course.assessment.practice import practice_order
from course.platform import db
from course.tables import Model
from tests import factories
from tests.factories import MODULE

HERE = f"/modules/{MODULE}/practice"


@pytest.fixture
def mine(app, pages, learner):
    factories.study_module(app, learner)
    return pages.as_(learner)


@pytest.fixture
def place(app, catalog):
    """The first item of the practice with the seed `s`."""
    item = practice_order.practiced(catalog.banks[MODULE], frozenset(), "s")[0]
    return place_of(item, catalog.modules[MODULE], "s", 1)


def rows(app):
    with app.app_context():
        counts = {
            name: db.session.execute(text(f'SELECT count(*) FROM "{name}"')).scalar() for name in Model.metadata.tables
        }
        db.session.rollback()
        return counts


def fields(item):
    """Return the form fields of a correct answer to a choice item."""
    return {"a": item.solution}


def test_it_stores_nothing_at_all(app, mine, place):
    before = rows(app)
    mine.get(mine.get(HERE).location)
    assert mine.post(f"{HERE}/s/1", fields(place.item)).status == 200
    assert rows(app) == before


def test_a_correct_answer_shows_why_and_where_it_is_taught(mine, place):
    page = mine.post(f"{HERE}/s/1", fields(place.item))
    assert "✓ Correct" in page.text
    assert "Taught in" in page.text
    assert place.wording.references[0].title in page.text


def test_not_knowing_shows_the_answer(mine):
    page = mine.post(f"{HERE}/s/1", {"go": "unknown"})
    assert "Not known yet" in page.text
    assert "correct answer" in page.text


@pytest.mark.parametrize("data", [{}, {"a": "z"}])
def test_an_unreadable_answer_is_asked_again(mine, place, data):
    page = mine.post(f"{HERE}/s/1", data)
    assert page.status == 422
    assert "correct answer" not in page.text


def test_the_address_decides_the_order(mine, catalog):
    def stem(seed):
        return re.search(r"<legend>(.*?)</legend>", mine.get(f"{HERE}/{seed}/1").html)[1]

    assert stem("s") == stem("s")
    assert len({stem(f"s{n}") for n in range(6)}) > 1


def test_it_ends_with_a_new_order(mine, app, catalog):
    length = len(practice_order.practiced(catalog.banks[MODULE], frozenset(), "s"))
    assert "Practice again" in mine.post(f"{HERE}/s/{length}", {"go": "unknown"}).text
    assert mine.get(f"{HERE}/s/{length + 1}").status == 404


def test_must_pass_items_are_practiced_only_after_an_attempt_asked_them(app, learner, mine, catalog):
    must = {item.id for item in catalog.banks[MODULE].items if item.must_pass}
    assert must
    assert not must & {item.id for item in practice_order.practiced(catalog.banks[MODULE], frozenset(), "s")}
    before = re.search(r"of (\d+)", mine.get(f"{HERE}/s/1").text)[1]
    factories.sit(app, learner, right=False)
    assert int(re.search(r"of (\d+)", mine.get(f"{HERE}/s/1").text)[1]) == int(before) + len(must)


def test_it_is_closed_while_an_attempt_is_open_that_may_ask_the_same(app, learner, mine, place):
    factories.start_attempt(app, learner)
    for page in (mine.get(HERE), mine.get(f"{HERE}/s/1"), mine.post(f"{HERE}/s/1", fields(place.item))):
        assert page.status == 409
        assert "Submit it first" in page.text
        assert f"/assessments/{MODULE}" in page.html
    factories.study_module(app, learner, "state-scope")
    assert mine.get("/modules/state-scope/practice").status == 303


def test_it_opens_when_every_section_is_completed(app, pages, other_learner, catalog):
    mine, module = pages.as_(other_learner), catalog.modules[MODULE]
    with app.app_context():
        for section in module.sections[:-1]:
            factories.read_section(other_learner, module, section)
    assert "Practice opens when you have completed every section" in mine.get(HERE).text
    with app.app_context():
        factories.read_section(other_learner, module, module.sections[-1])
    assert mine.get(HERE).status == 303


def test_another_persons_open_attempt_closes_nothing(app, other_learner, mine):
    factories.start_attempt(app, other_learner)
    assert mine.get(HERE).status == 303


def test_a_course_file_can_forbid_it(app, mine, catalog):
    rules = catalog.assessments[MODULE].model_copy(update={"practice": False})
    factories.change_site(app, catalog=replace(catalog, assessments={**catalog.assessments, MODULE: rules}))
    assert mine.get(f"{HERE}/s/1").status == 404
    assert HERE not in mine.get(f"/modules/{MODULE}/").html


def test_each_item_of_every_bank_can_be_practiced(app, pages, learner, catalog):
    with app.test_request_context():
        template = app.jinja_env.get_template("assessment/practice/question.html").module
        for item, module in catalog.items.values():
            place = place_of(item, module, "s")
            assert "<fieldset" in template.ask_form(place, "a", None)
            assert template.verdict(place, place.item.solution, [])


def test_the_page_needs_four_statements(mine, count_queries):
    mine.get(f"{HERE}/s/1")
    with count_queries() as statements:
        mine.get(f"{HERE}/s/1")
    assert len(statements) <= 4, statements

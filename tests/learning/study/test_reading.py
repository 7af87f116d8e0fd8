"""Studying a section: its checks, where reading continues, and how its time is measured."""

from datetime import timedelta

import pytest

from course.content.queries import section_of
from course.learning.study import actions, queries
from tests import factories
from tests.factories import MODULE, NOON

SECTION = f"/modules/{MODULE}/what-counts"


def test_a_section_is_not_studied_before_its_checks_are_answered(pages, learner):
    page = pages.as_(learner).post(f"{SECTION}/studied")
    assert page.status == 422
    assert "Answer the knowledge checks" in page.text


def test_a_wrong_answer_shows_why_and_lets_the_section_be_finished(app, pages, learner):
    mine = pages.as_(learner)
    factories.open_sections(app, learner, MODULE)
    mine.post(f"{SECTION}/checks/ae-check-severity", {"choice": "a"})
    mine.post(f"{SECTION}/checks/ae-check-zero", {"choice": "a"})
    assert "Incorrect." in mine.get(SECTION).text
    assert mine.post(f"{SECTION}/studied").location.endswith("/pneumothorax")
    assert "· completed" in mine.get(f"/modules/{MODULE}/").text


def test_an_answer_outside_the_options_is_refused(pages, learner):
    answer = pages.as_(learner).post_json(f"{SECTION}/checks/ae-check-severity", {"choice": "z"})
    assert answer.status_code == 422


def test_reading_continues_where_it_stopped_on_any_device(app, pages, learner):
    with app.app_context():
        actions.count_time(learner, MODULE, "needlestick-and-after", 0, "h-the-clock", now=NOON)
    assert "/needlestick-and-after#h-the-clock" in pages.as_(learner).get(f"/modules/{MODULE}/").html


def test_time_in_two_tabs_is_counted_once(app, learner):
    with app.app_context():
        for section in ("what-counts", "pneumothorax"):
            actions.count_time(learner, MODULE, section, 0, "", now=NOON)
        for section in ("what-counts", "pneumothorax"):
            actions.count_time(learner, MODULE, section, 20, "", now=NOON + timedelta(seconds=20))
        assert queries.active_seconds_of([learner.id]) == {(learner.id, MODULE): 20}


def test_the_module_list_says_where_to_start_and_where_to_continue(app, pages, learner):
    mine = pages.as_(learner)
    assert "Start: What counts" in mine.get("/modules/").text
    with app.app_context():
        factories.read_section(learner, *section_of(MODULE, "what-counts"))
    page = mine.get("/modules/")
    assert f'Continue:\n    <a href="/modules/{MODULE}/pneumothorax">' in page.html
    assert "Start:" not in pages.as_(None).get("/modules/").text


@pytest.mark.parametrize("seconds", ["-5", "abc", "99999", ""])
def test_an_invalid_beacon_is_refused(pages, learner, seconds):
    assert pages.as_(learner).post_json(f"{SECTION}/time", {"seconds": seconds}).status_code == 422


def test_finishing_twice_keeps_the_first_moment(app, learner):
    factories.study_module(app, learner)
    with app.app_context():
        module, section = section_of(MODULE, "what-counts")
        actions.finish_section(learner, module, section, now=NOON + timedelta(days=1))
        assert queries.studied_of([learner.id])[learner.id][MODULE]["what-counts"][0].at == NOON


def test_the_section_page_needs_five_statements_at_most(app, learner, pages, count_queries):
    factories.study_module(app, learner)
    mine = pages.as_(learner)
    with count_queries() as queries_:
        mine.get(SECTION)
    assert len(queries_) <= 5, queries_
    assert "COMMIT" not in queries_


def test_the_section_page_stays_small(pages, learner, catalog):
    mine = pages.as_(learner)
    for module in catalog.modules.values():
        for section in module.sections:
            assert len(mine.get(f"/modules/{module.id}/{section.id}").html) < 52_000, section.id

"""Hours without study: a script that presses the buttons, and an account that only wants the answers."""

from datetime import timedelta

import pytest

from course.assessment.practice import practice_order
from course.assessment.practice import queries as practice
from course.content.queries import catalog
from course.learning.study import actions, queries, reading_time
from course.learning.study.models import Reading
from course.platform import db
from tests import factories
from tests.factories import MODULE, NOON

MINUTE = timedelta(minutes=1)


def answer_checks(user, module):
    for section in module.sections:
        for check in section.checks:
            actions.answer_check(user, module, section, check, check.solution, now=NOON)


def completed(user):
    return len(queries.studied_of([user.id])[user.id].get(MODULE, {}))


def press_all(user, module, now):
    for section in module.sections:
        try:
            actions.finish_section(user, module, section, now=now)
        except actions.TooEarly:
            continue


def test_a_module_of_75_minutes_is_not_finished_in_20_seconds(either_app):
    learner = factories.person(either_app, "Lena Learner")
    with either_app.app_context():
        module = catalog().modules[MODULE]
        answer_checks(learner, module)
        for section in module.sections:
            actions.open_section(learner, module, section, now=NOON)
        press_all(learner, module, NOON + timedelta(seconds=19))
        assert completed(learner) == 0


def test_sections_that_were_opened_together_share_one_clock(app, learner):
    with app.app_context():
        module = catalog().modules[MODULE]
        answer_checks(learner, module)
        for section in module.sections:
            actions.open_section(learner, module, section, now=NOON)
        longest = max(section.reading_minutes for section in module.sections)
        press_all(learner, module, NOON + longest * MINUTE)
        seconds = db.session.query(Reading.seconds).filter_by(user_id=learner.id).all()
        assert sum(one for (one,) in seconds) <= longest * 60
        assert 0 < completed(learner) < len(module.sections)


def test_the_whole_module_takes_a_third_of_its_reading_time_at_least(app, learner):
    with app.app_context():
        module = catalog().modules[MODULE]
        answer_checks(learner, module)
        for section in module.sections:
            actions.open_section(learner, module, section, now=NOON)
        minutes = 0
        while completed(learner) < len(module.sections):
            minutes += 1
            press_all(learner, module, NOON + minutes * MINUTE)
        total = sum(section.reading_minutes for section in module.sections)
        assert minutes >= total / 3


def test_a_section_that_was_never_opened_is_not_completed(app, learner):
    with app.app_context():
        module = catalog().modules[MODULE]
        answer_checks(learner, module)
        with pytest.raises(actions.TooEarly):
            actions.finish_section(learner, module, module.sections[0], now=NOON)


def test_opening_again_neither_restarts_the_clock_nor_moves_it_back(app, learner):
    with app.app_context():
        module = catalog().modules[MODULE]
        section = module.sections[0]
        for hours in (2, 1, 3):
            actions.open_section(learner, module, section, now=NOON + timedelta(hours=hours))
        assert queries.section_status(learner.id, module.id, section.id).opened_at == NOON + timedelta(hours=2)


def test_the_browsers_own_claim_of_time_counts_for_nothing(pages, app, learner):
    with app.app_context():
        answer_checks(learner, catalog().modules[MODULE])
    mine = pages.as_(learner)
    mine.get(f"/modules/{MODULE}/what-counts")
    for _ in range(3):
        mine.post_json(f"/modules/{MODULE}/what-counts/time", {"seconds": "3600"})
    page = mine.post(f"/modules/{MODULE}/what-counts/studied")
    assert page.status == 422
    assert "You can complete this section in" in page.text


def test_a_new_account_does_not_read_the_keys_of_a_graded_bank(pages, app, catalog, other_learner):
    """39 of 41 items came with their keys in 1.5 seconds."""
    mine = pages.as_(other_learner)
    items = practice_order.practiced(catalog.banks[MODULE], frozenset(), "s")
    for number in range(1, len(items) + 1):
        page = mine.post(f"/modules/{MODULE}/practice/s/{number}", {"go": "unknown"})
        assert page.status == 409
        assert "✓" not in page.text
    with app.app_context(), pytest.raises(practice.StudyFirst):
        practice.require_practice(other_learner, catalog.modules[MODULE])


def test_time_that_one_section_used_is_gone_for_the_others():
    used = [reading_time.Used(300, NOON + 10 * MINUTE)]
    assert reading_time.available(NOON, used, NOON + 12 * MINUTE) == 420
    assert reading_time.available(NOON + 8 * MINUTE, used, NOON + 12 * MINUTE) == 120
    assert reading_time.available(NOON + 11 * MINUTE, used, NOON + 12 * MINUTE) == 60
    assert reading_time.available(NOON, used, NOON - MINUTE) == 0

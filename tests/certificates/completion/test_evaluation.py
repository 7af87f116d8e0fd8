from tests import factories
from tests.factories import COURSE


def test_an_evaluation_is_given_once(app, pages, learner):
    factories.evaluate(app, learner)
    mine = pages.as_(learner)
    again = mine.get(f"/courses/{COURSE}/evaluation")
    assert again.status == 303
    assert "You have already evaluated this course." in mine.get(again.location).text


def test_an_incomplete_evaluation_shows_what_is_missing(pages, learner):
    page = pages.as_(learner).post(f"/courses/{COURSE}/evaluation", {"objectives_met": "5"})
    assert page.status == 422
    assert "Choose one answer." in page.text
    assert "Enter a few words." in page.text

from tests import factories
from tests.factories import COURSE


def test_home_names_the_next_step(app, pages, learner):
    factories.study_module(app, learner)
    assert "Next step: Quiz: Adverse events" in pages.as_(learner).get("/home").text


def test_a_learner_sees_nothing_of_another(app, pages, learner, other_learner):
    factories.complete(app, learner)
    assert "0 of 8 sections completed" in pages.as_(other_learner).get(f"/courses/{COURSE}").text


def test_home_needs_ten_statements_at_most(app, pages, learner, count_queries):
    factories.complete(app, learner)
    mine = pages.as_(learner)
    with count_queries() as seen:
        mine.get("/home")
    assert len(seen) <= 10, seen


def test_hours_are_those_of_the_states_where_one_is_licensed(app, pages, learner):
    mine = pages.as_(learner)
    mine.post("/profile/licenses/new", {"jurisdiction": "NY", "profession": "PT", "number": "1"})
    text = mine.get(f"/courses/{COURSE}").text
    assert "Hawaii 1.5 (of 50 minutes); New York 1.5 (of 50 minutes)" in text

"""An attacker has the id of another person's form, for example from a page that was left open."""

import pytest

from course.platform import db
from course.platform.sent_forms import SentForm
from tests.pages import Pages

ID = "a" * 32
FIELDS = {"jurisdiction": "FL", "profession": "PT", "number": "PT40213", "form_id": ID}
ADDRESS = "/profile/licenses/new"


@pytest.fixture
def sent(app, learner):
    """Return the answer that the learner got."""
    mine = Pages(app).as_(learner)
    mine.get(ADDRESS)
    mine.post(ADDRESS, FIELDS)
    return mine


def test_the_answer_to_a_form_is_shown_to_nobody_else(app, sent, other_learner):
    theirs = Pages(app).as_(other_learner)
    assert theirs.post(ADDRESS, FIELDS | {"number": ""}).status == 422
    with theirs.client.session_transaction() as session:
        assert "_flashes" not in session


def test_the_id_of_another_person_s_form_does_not_keep_anybody_from_saving(app, sent, other_learner):
    assert Pages(app).as_(other_learner).post(ADDRESS, FIELDS).status == 303
    with app.app_context():
        assert db.session.query(SentForm).count() == 2


def test_a_stranger_gets_no_answer(app, sent):
    page = Pages(app).post(ADDRESS, FIELDS)
    assert page.status == 303
    assert "/sign-in" in page.location


def test_a_form_without_its_token_is_refused_even_if_it_was_sent_before(app, sent):
    app.config["WTF_CSRF_ENABLED"] = True
    assert sent.post(ADDRESS, FIELDS).status == 400

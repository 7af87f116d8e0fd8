"""A form is worked on once, is never lost, and its answer belongs to the person who sent it."""

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from course.people.accounts.models import License
from course.platform import clock, db, sent_forms
from course.platform.db import unit_of_work
from course.platform.sent_forms import SentForm
from course.reporting.transcripts.models import ExternalCredit
from tests import factories
from tests.pages import Pages

NEW = "/transcript/records/new"
ID, OTHER_ID = "0" * 32, "f" * 32
FIELDS = {"title": "Shoulder", "provider": "Elsewhere", "mode": "in_person", "minutes": "240"}
FIELDS |= {"completed_on": "2026-02-01", "form_id": ID}
LICENSE = {"jurisdiction": "FL", "profession": "PT", "number": "PT40213", "form_id": ID}


@pytest.fixture
def lena(either_app):
    return factories.person(either_app, "Lena Learner")


@pytest.fixture
def mine(either_app, lena):
    """Return the person's browser, which has seen a page and so has a session."""
    pages = Pages(either_app).as_(lena)
    pages.get("/profile")
    return pages


def titles(app):
    with app.app_context():
        return list(db.session.scalars(select(ExternalCredit.title).order_by(ExternalCredit.id)))


def forms(app):
    with app.app_context():
        return list(db.session.scalars(select(SentForm)))


def change(app, statement):
    """Change the database as no page does."""

    @unit_of_work
    def act():
        db.session.execute(statement)

    with app.app_context():
        act()


def test_each_form_of_a_page_has_an_id_of_its_own_and_a_new_one_each_time(mine):
    ids = [re.findall(r'name="form_id" value="([0-9a-f]{32})"', mine.get("/profile").html) for _ in range(2)]
    assert len(ids[0]) == len(ids[1]) > 3
    assert len({*ids[0], *ids[1]}) == 2 * len(ids[0])


def test_the_twin_of_a_form_gets_the_same_answer_and_message(either_app, mine):
    first = mine.post(NEW, FIELDS)
    assert "Credit saved." in mine.get(first.location).text
    second = mine.post(NEW, FIELDS)
    assert (second.status, second.location) == (303, first.location)
    assert "Credit saved." in mine.get(second.location).text
    assert titles(either_app) == ["Shoulder"]


def test_a_form_with_errors_is_corrected_and_sent_again(either_app, mine):
    assert mine.post(NEW, FIELDS | {"minutes": ""}).status == 422
    assert forms(either_app) == []
    assert mine.post(NEW, FIELDS).status == 303
    assert titles(either_app) == ["Shoulder"]


def test_a_form_that_the_rules_refused_works_once_they_allow_it(either_app, mine, lena):
    factories.add_license(either_app, lena, "PT40213")
    assert mine.post("/profile/licenses/new", LICENSE).status == 409
    assert forms(either_app) == []
    change(either_app, delete(License).where(License.jurisdiction == "FL"))
    assert mine.post("/profile/licenses/new", LICENSE).status == 303


def test_the_same_form_with_other_content_is_saved_as_well(either_app, mine):
    """So does a browser that goes back to the filled form, which the person then changes."""
    for title in ("Shoulder", "Hip", "Shoulder"):
        assert mine.post(NEW, FIELDS | {"title": title}).status == 303
    assert titles(either_app) == ["Shoulder", "Hip", "Shoulder"]
    assert len(forms(either_app)) == 1


def test_two_forms_with_the_same_content_are_two(either_app, mine):
    mine.post(NEW, FIELDS)
    mine.post(NEW, FIELDS | {"form_id": OTHER_ID})
    assert titles(either_app) == ["Shoulder", "Shoulder"]


@pytest.mark.parametrize("id_", ["", "x", ID[1:], ID + "0", "G" * 32, "0" * 100_000, "١" * 32])
def test_without_a_proper_id_each_form_is_new(either_app, mine, id_):
    for _ in range(2):
        assert mine.post(NEW, FIELDS | {"form_id": id_}).status == 303
    assert titles(either_app) == ["Shoulder", "Shoulder"]


def test_files_are_content(either_app, mine):
    for text in ("one", "two"):
        assert mine.post(NEW, FIELDS | {"document": (io.BytesIO(factories.pdf(text)), "proof.pdf")}).status == 303
    assert titles(either_app) == ["Shoulder", "Shoulder"]


class TestAFirstRequestWithoutAnAnswer:
    """The first request has done its work, and its twin comes before it is answered."""

    @pytest.fixture
    def unanswered(self, either_app, mine):
        mine.post(NEW, FIELDS)
        change(either_app, update(SentForm).values(location=None, messages=None))

    @pytest.fixture
    def waits(self, monkeypatch):
        """Let nobody sleep; yield the number of times that somebody would have."""
        slept = []
        monkeypatch.setattr(sent_forms.time, "sleep", slept.append)
        return slept

    def test_the_twin_waits_for_the_answer(self, either_app, mine, unanswered, monkeypatch):
        answer = update(SentForm).values(location="/transcript", messages=[["ok", "Saved at last."]])
        monkeypatch.setattr(sent_forms.time, "sleep", lambda _: change(either_app, answer))
        assert mine.post(NEW, FIELDS).location == "/transcript"
        assert "Saved at last." in mine.get("/transcript").text

    def test_the_twin_is_told_so_if_there_is_none(self, either_app, mine, unanswered, waits):
        page = mine.post(NEW, FIELDS)
        assert (page.status, len(waits)) == (409, sent_forms.ANSWER_POLLS)
        assert "the first one is still being worked on" in page.text
        assert titles(either_app) == ["Shoulder"]

    def test_the_twin_does_not_wait_for_a_process_that_died(self, either_app, mine, unanswered, waits):
        change(either_app, update(SentForm).values(created_at=clock.now() - timedelta(minutes=1)))
        assert mine.post(NEW, FIELDS).status == 409
        assert waits == []

    def test_the_twin_is_worked_on_if_the_first_was_taken_back(self, either_app, mine, unanswered, monkeypatch):
        monkeypatch.setattr(sent_forms.time, "sleep", lambda _: change(either_app, delete(SentForm)))
        assert mine.post(NEW, FIELDS | {"title": "Shoulder"}).status == 303


def test_a_form_is_forgotten_after_a_week(either_app, mine):
    mine.post(NEW, FIELDS)
    for days, left in ((6, 1), (8, 0)):
        with either_app.app_context():
            sent_forms.purge(clock.now() + timedelta(days=days))
        assert len(forms(either_app)) == left

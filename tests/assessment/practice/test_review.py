"""Spaced review: what was passed comes back on a schedule, to the person alone, and never helps an open attempt."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest

from course.assessment.attempts import queries as attempts
from course.assessment.attempts.models import Attempt, ItemTally
from course.assessment.practice import actions, queries, session
from course.assessment.practice.models import Card, Plan, Recall
from course.content.items import item_of
from course.platform import clock, db
from tests import factories
from tests.factories import MODULE, NOON
from tests.journeys import answering
from tests.pages import Pages, counted


@pytest.fixture
def at(monkeypatch):
    def set_clock(moment):
        monkeypatch.setattr(clock, "now", lambda: moment)

    set_clock(NOON)
    return set_clock


@pytest.fixture
def mine(pages, learner, at):
    return pages.as_(learner)


def review(app, user, now=NOON):
    with app.app_context():
        return queries.review_of(user.id, now)


def fail_all(app, user, times=4, module=MODULE):
    """Fail `times` attempts, the last of them at noon."""
    for n in range(times):
        moment = NOON - timedelta(days=2 * (times - 1 - n))
        factories.study_module(app, user, module, now=moment)
        factories.sit(app, user, module, right=False, now=moment)


def later(days):
    return NOON + timedelta(days=days)


def form(app, user, item_id, *, right=True, serial=1, now=NOON, seconds=20):
    with app.app_context():
        card = queries.own_card(user.id, item_id)
        place = queries.card_place(card, serial)
        answer = place.item.solution if right else factories.wrong_answer(place)
    sent: dict[str, list[str]] = {} if answer else {"go": ["unknown"]}
    for part, value in answering.fields(place, answer) if answer else ():
        sent.setdefault(f"a{part}", []).append(value)
    return sent | {"serial": serial, "shown": int(now.timestamp()) - seconds}


class TestOpening:
    def test_nothing_comes_back_before_a_quiz_is_passed(self, mine):
        assert "You have no questions to review yet" in mine.get("/review/").text

    def test_the_items_of_a_passed_attempt_come_back(self, app, learner, at):
        attempt = factories.sit(app, learner)
        with app.app_context():
            asked = {place.item.id for place in attempts.items_of(attempt)}
        assert {item.item_id for item in review(app, learner).items} == asked

    def test_nothing_comes_back_while_the_person_can_retake_the_quiz(self, app, learner, at):
        factories.sit(app, learner, right=False)
        assert review(app, learner).items == ()

    def test_without_an_attempt_left_missed_items_come_back_immediately(self, app, learner, at, catalog):
        fail_all(app, learner, catalog.assessments[MODULE].attempts)
        found = review(app, learner)
        assert found.items
        assert all(item.memory["failed"] for item in found.session.waiting)
        assert len(found.session.waiting) == len(found.items)

    def test_an_open_attempt_keeps_back_the_items_of_its_banks(self, app, learner, mine, catalog):
        factories.sit(app, learner)
        item = factories.start_review(app, learner)
        final = catalog.assessments["final"].model_copy(update={"after": ()})
        factories.change_site(app, catalog=replace(catalog, assessments={**catalog.assessments, "final": final}))
        factories.start_attempt(app, learner, "final")
        assert review(app, learner).items == ()
        at_hand = mine.get("/review/")
        assert "Some questions are held back" in at_hand.text
        assert mine.get(f"/review/items/{item}").location == "/review/"
        assert mine.post(f"/review/items/{item}", form(app, learner, item)).status == 409
        with app.app_context():
            assert db.session.query(Recall).count() == 0

    def test_an_item_that_left_its_bank_is_skipped(self, app, learner, mine, catalog):
        factories.sit(app, learner)
        item = factories.start_review(app, learner)
        bank = catalog.banks[MODULE]
        rest = bank.model_copy(update={"items": tuple(one for one in bank.items if one.id != item)})
        factories.change_site(app, catalog=replace(catalog, banks={**catalog.banks, MODULE: rest}))
        assert item not in {item.item_id for item in review(app, learner).items}
        assert mine.get(f"/review/items/{item}").location == "/review/"

    def test_an_item_that_changed_is_asked_in_todays_wording(self, app, learner, mine, catalog, at):
        factories.sit(app, learner)
        item = factories.start_review(app, learner)
        bank = catalog.banks[MODULE]
        items = tuple(one.model_copy(update={"stem": "New wording?"}) if one.id == item else one for one in bank.items)
        factories.change_site(
            app,
            catalog=replace(catalog, banks={**catalog.banks, MODULE: bank.model_copy(update={"items": items})}),
        )
        at(later(5))
        assert "New wording?" in mine.get(f"/review/items/{item}").text


class TestSession:
    @pytest.fixture
    def first(self, app, learner, mine, at, catalog):
        """The item that is asked first, five days after a pass."""
        factories.sit(app, learner)
        at(later(5))
        return mine.post("/review/start").location.rsplit("/", 1)[1]

    def test_a_get_writes_nothing(self, app, learner, mine):
        factories.sit(app, learner)
        assert "can come back here" in mine.get("/review/").text
        with app.app_context():
            assert db.session.query(Card).count() == db.session.query(Plan).count() == 0

    def test_starting_twice_makes_each_card_once(self, app, learner, mine, first):
        mine.post("/review/start")
        with app.app_context():
            assert db.session.query(Plan).count() == 1
            assert db.session.query(Card).count() == len(queries.review_of(learner.id, NOON).items)

    def test_an_answer_shows_why_and_when_it_comes_back(self, app, learner, mine, first):
        page = mine.post(f"/review/items/{first}", form(app, learner, first, now=later(5)))
        assert "✓ Correct" in page.text
        assert "Taught in" in page.text
        assert "It comes back on March" in page.text
        assert "Next question" in page.text

    def test_an_answer_counts_for_nothing_but_the_schedule(self, app, learner, mine, first):
        def counted_for():
            with app.app_context():
                return db.session.query(Attempt).count(), [row.count for row in db.session.query(ItemTally)]

        before = counted_for()
        mine.post(f"/review/items/{first}", form(app, learner, first, right=False, now=later(5)))
        assert counted_for() == before
        with app.app_context():
            assert db.session.query(Recall).one().points == 0

    def test_a_repeat_of_the_same_request_changes_nothing(self, app, learner, mine, first):
        sent = form(app, learner, first, now=later(5))
        mine.post(f"/review/items/{first}", sent)
        with app.app_context():
            before = queries.own_card(learner.id, first).memory
        page = mine.post(f"/review/items/{first}", sent)
        assert "already answered" in page.text
        assert "✓ Correct" in page.text
        with app.app_context():
            assert queries.own_card(learner.id, first).memory == before
            assert db.session.query(Recall).count() == 1

    def test_the_time_on_a_page_is_what_the_person_took(self, app, learner, mine, first):
        mine.post(f"/review/items/{first}", form(app, learner, first, now=later(5), seconds=42))
        with app.app_context():
            assert db.session.query(Recall).one().seconds == 42

    @pytest.mark.parametrize("change", [{"a": []}, {"a": "z"}, {"serial": "x"}, {"serial": ""}, {"shown": "-4"}])
    def test_an_unreadable_answer_is_refused_and_changes_nothing(self, app, learner, mine, first, change):
        assert mine.post(f"/review/items/{first}", form(app, learner, first) | change).status == 422
        with app.app_context():
            assert db.session.query(Recall).count() == 0

    def test_a_session_goes_to_its_end(self, app, learner, mine, first):
        item, answered = first, 0
        while item:
            assert f"Question {answered + 1} of" in mine.get(f"/review/items/{item}").text
            page = mine.post(f"/review/items/{item}", form(app, learner, item, now=later(5)))
            answered += 1
            links = [a.get("href") for a in page.tree.iter("a") if a.text == "Next question"]
            item = links[0].rsplit("/", 1)[1] if links else None
        assert answered == min(session.DEFAULT_SIZE, len(review(app, learner).items))
        assert "Done for today." in mine.get("/review/").text

    def test_continuing_gives_five_more_minutes(self, app, learner, mine, first):
        for item in review(app, learner, later(5)).session.waiting[: session.DEFAULT_SIZE]:
            mine.post(f"/review/items/{item.item_id}", form(app, learner, item.item_id, now=later(5)))
        if review(app, learner, later(5)).session.waiting:
            assert "Continue for five more minutes" in mine.get("/review/").text
            assert "Question 1 of" in mine.get(mine.post("/review/start").location).text

    def test_a_card_that_is_not_due_leads_back(self, app, learner, mine, first):
        mine.post(f"/review/items/{first}", form(app, learner, first, now=later(5)))
        assert mine.get(f"/review/items/{first}").location == "/review/"

    def test_another_persons_card_is_not_found(self, app, learner, other_learner, pages, first):
        theirs = pages.as_(other_learner)
        assert theirs.get(f"/review/items/{first}").status == 404
        assert theirs.post(f"/review/items/{first}", form(app, learner, first)).status == 404
        assert "You have no questions to review yet" in theirs.get("/review/").text

    def test_pages_need_the_same_number_of_statements_however_many_items_there_are(
        self, app, learner, mine, first, count_queries
    ):
        factories.sit(app, learner, "state-scope")
        mine.post("/review/start")
        for address, most in (("/review/", 8), (f"/review/items/{first}", 9)):
            with count_queries() as statements:
                assert mine.get(address).status == 200
            assert len(statements) <= most, statements
            assert "COMMIT" not in statements


def test_the_same_answer_sent_twice_at_once_is_kept_once(either_app):
    person = factories.person(either_app, "Nora Needle")
    factories.sit(either_app, person)
    item = factories.start_review(either_app, person)
    sent = form(either_app, person, item)

    def send(_):
        return Pages(either_app).as_(person).post(f"/review/items/{item}", sent).status

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(send, range(8))) == {200}
    with either_app.app_context():
        assert db.session.query(Recall).count() == 1


def test_starting_twice_at_once_makes_one_plan(either_app):
    person = factories.person(either_app, "Nora Needle")
    factories.sit(either_app, person)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: factories.start_review(either_app, person), range(4)))
    with either_app.app_context():
        assert db.session.query(Plan).count() == 1
        assert db.session.query(Card).count() == len(queries.review_of(person.id, NOON).items)


def test_parametric_items_get_other_values_each_time(app, learner, at, catalog):
    bank = catalog.banks[MODULE]
    parametric = item_of(bank.items[0].model_dump() | {"stem": "After {n} minutes?", "parameters": {"n": (1, 2, 3, 4)}})
    banks = {**catalog.banks, MODULE: bank.model_copy(update={"items": (parametric,)})}
    factories.change_site(app, catalog=replace(catalog, banks=banks))
    with app.app_context():
        card = Card(id=1, user_id=learner.id, item_id=parametric.id)
        shown = {str(queries.card_place(card, serial).item.values) for serial in range(1, 9)}
        assert len(shown) > 1
        assert queries.card_place(card, 1) == queries.card_place(card, 1)


def test_the_persons_own_pace_sizes_the_session(app, learner, at):
    factories.sit(app, learner)
    item = factories.start_review(app, learner)
    with app.app_context():
        for serial, seconds in ((1, 40), (2, 80)):
            actions.answer(learner, item, lambda place: place.item.solution, serial=serial, seconds=seconds, now=NOON)
    assert review(app, learner).session.size == session.DEFAULT_SIZE
    assert review(app, learner, later(1)).session.size == 5


def test_an_answer_is_kept_with_its_points_exactly(app, learner, at):
    factories.sit(app, learner)
    item = factories.start_review(app, learner)
    with app.app_context():
        actions.answer(learner, item, lambda place: None, serial=1, seconds=-5, now=NOON)
        kept = db.session.query(Recall).one()
        assert (Fraction(kept.points), kept.seconds) == (0, 0)


def test_statements_of_an_answer_stay_constant(app, learner, pages, at):
    factories.sit(app, learner)
    item = factories.start_review(app, learner)
    mine, sent = pages.as_(learner), form(app, learner, item)
    with counted() as statements:
        mine.post(f"/review/items/{item}", sent)
    assert len(statements) <= 20, statements

"""Saving and submitting: an acknowledged answer stays saved, also when requests arrive at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from course.assessment.attempts import queries, saving, taking
from course.assessment.attempts.models import Answer, Attempt, ItemVersion
from course.content.queries import catalog as content
from course.platform import db
from course.platform.audit.models import AuditEvent
from course.site import site_of
from tests import factories
from tests.factories import MODULE, NOON
from tests.pages import counted


@pytest.fixture
def attempt(app, learner):
    return factories.start_attempt(app, learner)


@pytest.fixture
def place(app, attempt):
    """Return an item of the form with one best answer."""
    with app.app_context():
        return next(place for place in queries.items_of(attempt) if place.item.type == "single")


@pytest.fixture
def address(attempt, place):
    return f"/attempts/{attempt.code}/{place.position}"


@pytest.fixture
def order(place):
    return place.order


class TestSave:
    def test_a_saved_answer_is_there_after_a_reload(self, pages, learner, address, order):
        assert pages.as_(learner).post_json(address, {"a": order[0], "serial": 1}).json == {"serial": 1}
        assert f'value="{order[0]}" checked' in pages.as_(learner).get(address).html

    def test_the_history_is_kept_and_the_newest_counts(self, app, pages, learner, attempt, place, address, order):
        for serial, choice in enumerate(order[:3], start=1):
            pages.as_(learner).post_json(address, {"a": choice, "serial": serial})
        with app.app_context():
            assert len(db.session.query(Answer).all()) == 3
            assert queries.answers_of(attempt.id)[place.position].answer == [order[2]]

    def test_a_repeat_is_harmless(self, app, pages, learner, address, order):
        for _ in range(3):
            assert pages.as_(learner).post_json(address, {"a": order[0], "serial": 1}).status_code == 200
        with app.app_context():
            assert db.session.query(Answer).count() == 1

    def test_another_persons_attempt_cannot_be_saved_to(self, app, pages, other_learner, address, order):
        assert pages.as_(other_learner).post_json(address, {"a": order[0], "serial": 1}).status_code == 404
        with app.app_context():
            assert db.session.query(Answer).count() == 0

    def test_an_outdated_page_gets_the_saved_answer(self, pages, learner, attempt, place, address, order):
        mine, n = pages.as_(learner), place.position
        mine.post_json(address, {"a": order[0], "serial": 2})
        for serial in (1, 2):
            late = mine.post_json(address, {"a": order[1], "serial": serial})
            assert late.status_code == 409
            assert late.json["kind"] == "AnsweredElsewhere"
        page = mine.post(f"/attempts/{attempt.code}/all", {f"a{n}": order[1], f"serial{n}": 1, "here": n})
        assert page.status == 409
        assert "answered this question in another tab" in page.text
        assert f'value="{order[0]}" checked' in page.html

    @pytest.mark.parametrize("data", [{"a": "z", "serial": 1}, {"a": "a"}, {"a": "a", "serial": "x"}])
    def test_an_unreadable_answer_is_refused_and_changes_nothing(self, app, pages, learner, address, data):
        assert pages.as_(learner).post_json(address, data).status_code == 422
        with app.app_context():
            assert db.session.query(Answer).count() == 0

    def test_a_submitted_attempt_cannot_be_saved_to(self, app, pages, learner, attempt, address, order):
        pages.as_(learner).post(f"/attempts/{attempt.code}/submit")
        assert pages.as_(learner).post_json(address, {"a": order[0], "serial": 1}).status_code == 409

    def test_continuing_without_an_answer_saves_none(self, app, pages, learner, attempt):
        data = {"serial1": 1, "here": 1, "go": "next"}
        assert pages.as_(learner).post(f"/attempts/{attempt.code}/all", data).location.endswith("/2")
        with app.app_context():
            assert db.session.query(Answer).count() == 0


def test_starting_twice_gives_the_same_attempt(app, learner, attempt):
    assert factories.start_attempt(app, learner).code == attempt.code


def test_the_result_shows_the_old_form_after_the_bank_has_changed(app, pages, learner, attempt):
    with app.app_context():
        stem = queries.items_of(attempt)[0].item.stem.replace("**", "")
    bank = site_of(app).catalog.banks[MODULE]
    changed = bank.model_copy(update={"items": bank.items[:0]})
    banks = dict(site_of(app).catalog.banks) | {MODULE: changed}
    factories.change_site(app, catalog=factories.replaced(site_of(app).catalog, banks=banks))
    pages.as_(learner).post(f"/attempts/{attempt.code}/submit")
    assert stem[:40] in pages.as_(learner).get(f"/attempts/{attempt.code}").text


def test_after_a_pass_no_further_attempt_starts(app, learner):
    factories.sit(app, learner)
    with pytest.raises(taking.PassedAlready):
        factories.start_attempt(app, learner)


def test_attempts_and_waiting_times_come_from_the_course_file(app, learner):
    factories.set_rules(app, attempts=4, wait_hours=24, reread=False)
    factories.sit(app, learner, right=False)
    factories.sit(app, learner, right=False)
    with pytest.raises(taking.AttemptNotYet):
        factories.start_attempt(app, learner, now=NOON + timedelta(hours=23))
    factories.sit(app, learner, right=False, now=NOON + timedelta(hours=25))
    factories.sit(app, learner, right=False, now=NOON + timedelta(hours=50))
    with pytest.raises(taking.NoAttemptLeft):
        factories.start_attempt(app, learner, now=NOON + timedelta(days=9))


def test_the_attempt_records_the_version_of_its_bank(app, learner, attempt):
    with app.app_context():
        assert attempt.content_hash == content().banks[MODULE].digest
        assert db.session.query(ItemVersion).count() == content().banks[MODULE].length


def test_the_quiz_page_needs_five_statements_at_most(pages, learner, address, count_queries):
    mine = pages.as_(learner)
    with count_queries() as seen:
        mine.get(address)
    assert len(seen) <= 5, seen


def test_saving_an_answer_needs_three_statements_and_one_commit(pages, learner, address, order, count_queries):
    mine = pages.as_(learner)
    with count_queries() as seen:
        mine.post_json(address, {"a": order[0], "serial": 1})
    assert seen.count("COMMIT") == 1
    assert len(seen) - 1 <= 3, seen


def test_submitting_needs_twelve_statements_and_one_commit(pages, learner, attempt, count_queries):
    mine = pages.as_(learner)
    with count_queries() as seen:
        mine.post(f"/attempts/{attempt.code}/submit")
    assert len(seen) - 1 <= 12, seen


class TestConcurrency:
    """Many requests at the same moment, on both databases."""

    def test_concurrent_submits_score_once(self, either_app):
        learner = factories.person(either_app, "Lena Learner")
        attempt = factories.start_attempt(either_app, learner)

        def submit(number):
            with either_app.app_context():
                return taking.submit(learner, queries.own_attempt(learner, attempt.code), now=NOON).submitted_at

        assert set(concurrently(submit, 8)) == {NOON}
        with either_app.app_context():
            assert db.session.query(AuditEvent).filter_by(event="attempt:submitted").count() == 1

    def test_concurrent_starts_make_one_attempt(self, either_app):
        learner = factories.person(either_app, "Lena Learner")
        codes = concurrently(lambda _: factories.start_attempt(either_app, learner).code, 8)
        assert len(set(codes)) == 1
        with either_app.app_context():
            assert db.session.query(Attempt).count() == 1

    def test_concurrent_saves_all_reach_the_disk(self, either_app):
        learner = factories.person(either_app, "Lena Learner")
        attempt = factories.start_attempt(either_app, learner)

        def save(number):
            position = number % 10 + 1
            with either_app.app_context():
                choice = ["abc"[number // 10]]
                try:
                    factories.save_answer(learner, attempt.code, position, choice, serial=number // 10 + 1, now=NOON)
                except saving.AnsweredElsewhere:
                    return "refused"
                return "saved"

        outcomes = concurrently(save, 30)
        with either_app.app_context():
            assert db.session.query(Answer).count() == outcomes.count("saved")
            assert set(queries.answers_of(attempt.id)) == set(range(1, 11))


def concurrently(work, times):
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(work, range(times)))


def test_an_answer_is_durable_before_it_is_acknowledged(app):
    with site_of(app).engines.writing.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2}


def test_a_reading_request_cannot_write(app):
    with app.test_request_context("/", method="GET"), counted():
        db.session.add(ItemVersion(digest="d", item_id="i", content={}))
        with pytest.raises(Exception, match="readonly"):
            db.session.flush()
        db.session.rollback()

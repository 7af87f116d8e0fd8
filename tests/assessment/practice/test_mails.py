"""Review reminders: at most one a day, only to subscribers with due questions, and the link to unsubscribe."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from course.assessment.practice import actions, queries
from course.assessment.practice.models import Plan
from course.platform import clock, db, jobs
from course.platform.jobs import Job
from course.site import site_of
from tests import factories
from tests.factories import NOON
from tests.pages import Pages

DAY = timedelta(days=1)
LATER = NOON + 5 * DAY


@pytest.fixture
def mailed(app):
    """Run the hourly task and return how many reminders there are in all."""

    def run(now=LATER):
        with app.app_context():
            actions.remind_all(now)
            return db.session.query(Job).filter(Job.kind == "mail", Job.key.like("review:%")).count()

    return run


@pytest.fixture
def subscriber(app, learner):
    """Return a learner with cards who asked for reminders."""
    factories.sit(app, learner)
    factories.start_review(app, learner)
    with app.app_context():
        actions.set_mail(learner, on=True)
    return learner


def test_one_mail_is_sent_on_a_day_with_due_questions(mailed, subscriber):
    assert [mailed(), mailed(LATER + timedelta(hours=1)), mailed(LATER + timedelta(hours=6))] == [1, 1, 1]


def test_another_is_sent_the_next_day(mailed, subscriber):
    assert [mailed(), mailed(LATER + DAY)] == [1, 2]


def test_none_is_sent_before_noon(mailed, subscriber):
    assert mailed(LATER - timedelta(seconds=1)) == 0
    assert mailed(LATER + timedelta(hours=13)) == 0


def test_none_is_sent_when_nothing_is_due(mailed, subscriber):
    assert mailed(NOON) == 0


def test_none_is_sent_to_a_person_who_did_not_ask(app, mailed, learner):
    factories.sit(app, learner)
    factories.start_review(app, learner)
    assert mailed() == 0


def test_none_is_sent_to_a_person_who_has_reviewed_today(app, mailed, subscriber):
    with app.app_context():
        item = queries.review_of(subscriber.id, LATER).session.waiting[0].item_id
        actions.answer(subscriber, item, lambda place: None, serial=1, seconds=9, now=LATER - timedelta(hours=1))
    assert mailed() == 0
    assert mailed(LATER + DAY) == 1


def test_one_persons_error_does_not_stop_the_other_mails(app, mailed, subscriber, other_learner, monkeypatch):
    factories.sit(app, other_learner)
    factories.start_review(app, other_learner)
    with app.app_context():
        actions.set_mail(other_learner, on=True)
    found = queries.review_of

    def broken(user_id, now):
        if user_id == subscriber.id:
            raise RuntimeError
        return found(user_id, now)

    monkeypatch.setattr(queries, "review_of", broken)
    assert mailed() == 1


def test_the_reminder_adds_new_cards(app, mailed, subscriber):
    factories.sit(app, subscriber, "state-scope", now=LATER - 4 * DAY)
    mailed()
    with app.app_context():
        assert all(item.stored for item in queries.review_of(subscriber.id, LATER).items)


def test_the_worker_runs_it_hourly_and_the_mail_arrives(app, subscriber, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: LATER)
    with app.app_context():
        site_of(app).queue.hourly["review-mails"](clock.now())
    assert jobs.drain(app) == 1
    text = Pages(app).mails().text
    assert re.search(r"\d+ questions are due for review", text)
    assert "/review/stop/" in text


class TestUnsubscribe:
    @pytest.fixture
    def link(self, app, mailed, subscriber):
        mailed()
        with app.app_context():
            (payload,) = [job.payload for job in db.session.query(Job).filter(Job.key.like("review:%"))]
            return payload["stop"].removeprefix(site_of(app).base_url)

    def is_subscribed(self, app):
        with app.app_context():
            return db.session.query(Plan).one().by_mail

    def test_the_button_unsubscribes_without_signing_in(self, app, pages, link, mailed):
        assert "Unsubscribe from review reminders" in pages.get(link).text
        assert self.is_subscribed(app)
        assert "You are unsubscribed" in pages.post(link).text
        assert not self.is_subscribed(app)
        assert mailed(LATER + DAY) == 1

    def test_a_second_press_is_harmless(self, app, pages, link):
        assert [pages.post(link).status, pages.post(link).status] == [200, 200]

    @pytest.mark.parametrize("token", ["", "x", "a.b.c"])
    def test_a_broken_link_unsubscribes_no_one(self, app, pages, link, token):
        broken = link[:-1] if not token else f"/review/stop/{token}"
        assert pages.post(broken).status == 410
        assert self.is_subscribed(app)


class TestSwitch:
    def test_it_turns_reminders_on_and_off(self, app, learner, pages):
        factories.sit(app, learner)
        factories.start_review(app, learner)
        mine = pages.as_(learner)
        mine.post("/review/mail", {"by_mail": "yes"})
        assert "Unsubscribe" in mine.get("/review/").text
        mine.post("/review/mail", {"by_mail": "no"})
        assert "Remind me by email" in mine.get("/review/").text

    def test_it_needs_a_confirmed_address(self, app, pages):
        person = factories.person(app, "Una Unconfirmed", confirmed=False)
        factories.sit(app, person)
        factories.start_review(app, person)
        mine = pages.as_(person)
        assert "Confirm your email address first" in mine.get("/review/").text
        assert mine.post("/review/mail", {"by_mail": "yes"}).status == 409

    def test_without_a_review_it_is_refused(self, learner, pages):
        assert pages.as_(learner).post("/review/mail", {"by_mail": "yes"}).status == 409


def test_two_concurrent_workers_send_one_mail(either_app):
    person = factories.person(either_app, "Nora Needle")
    factories.sit(either_app, person)
    factories.start_review(either_app, person)

    def work(_):
        with either_app.app_context():
            actions.remind_all(LATER)

    with either_app.app_context():
        actions.set_mail(person, on=True)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    with either_app.app_context():
        assert db.session.query(Job).filter(Job.key.like("review:%")).count() == 1

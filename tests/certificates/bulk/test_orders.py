"""Certificates by the thousand: nobody is left out, nobody gets two, and nothing is lost when the server dies."""

import time
from collections import Counter, defaultdict
from datetime import timedelta

import pytest

from course import create_app, migrate
from course.certificates.backdating import actions as backdating
from course.certificates.bulk import actions, queries
from course.certificates.bulk.models import Order, Outcome
from course.certificates.issuing import actions as certificates
from course.certificates.issuing.models import Certificate, Request, State
from course.content.queries import course_of
from course.platform import clock, db, jobs
from course.platform.config import Config
from course.site import site_of
from course.tools.bench import issuing
from tests import factories, postgres
from tests.assessment.attempts.test_durability import settings
from tests.crash import Mother
from tests.factories import COURSE, NOON

LATER = NOON + timedelta(days=1)


def many_wait(app, count):
    """So many requests, alike to one of a person who did the course."""
    factories.request(app, factories.person(app, "Maya Reed"))
    with app.app_context():
        issuing.waiting(count - 1, NOON)


def order(app, admin, now=LATER):
    with app.app_context():
        return actions.order(course_of(COURSE), actor=admin, now=now)


def work(app, now=LATER):
    """All the long work, a step at a time as a worker does it; how many steps there were."""
    steps = 0
    while True:
        with app.app_context():
            if not actions.step(now):
                return steps
        steps += 1


def tally(app, placed):
    with app.app_context():
        return queries.tally(placed)


def outcome(app, placed):
    with app.app_context():
        return db.session.get_one(Order, placed.id)


class TestOrder:
    def test_everyone_who_waits_gets_one_certificate_and_one_mail(self, either_app, admin):
        many_wait(either_app, 20)
        placed = order(either_app, admin)
        assert tally(either_app, placed) == {Outcome.WAITING: 20}
        assert work(either_app) == 3
        assert tally(either_app, placed) == {Outcome.ISSUED: 20}
        assert outcome(either_app, placed).finished_at == LATER
        with either_app.app_context():
            assert Counter(db.session.query(Certificate.user_id)).most_common(1)[0][1] == 1
            assert db.session.query(Certificate).count() == 20
            mails = db.session.query(jobs.Job).filter(jobs.Job.key.like("certificate-issued:%")).all()
        assert len({mail.payload["to"] for mail in mails}) == len(mails) == 20
        assert {mail.rank for mail in mails} == {1}

    def test_what_is_ordered_is_not_ordered_again(self, either_app, admin):
        many_wait(either_app, 3)
        order(either_app, admin)
        with pytest.raises(actions.NothingWaits):
            order(either_app, admin)
        with either_app.app_context():
            assert db.session.query(Order).count() == 1

    def test_one_that_waits_for_an_earlier_date_is_left_to_the_second_administrator(self, either_app, admin):
        asked = factories.request(either_app, factories.person(either_app, "Maya Reed"))
        with either_app.app_context():
            backdating.ask(asked, NOON.date(), "The office was closed.", actor=admin, now=LATER)
            assert queries.count_orderable() == {}
        with pytest.raises(actions.NothingWaits):
            order(either_app, admin)

    def test_one_that_is_refused_holds_up_no_other_and_says_why(self, either_app, admin):
        many_wait(either_app, 5)
        with either_app.app_context():
            unconfirmed, rejected = db.session.query(Request).order_by(Request.id).limit(2)
        placed = order(either_app, admin)
        unconfirm(either_app, unconfirmed.user_id)
        with either_app.app_context():
            certificates.reject(rejected, "Another name stands on the license.", actor=admin, now=LATER)
        work(either_app)
        assert tally(either_app, placed) == {Outcome.ISSUED: 3, Outcome.REFUSED: 2}
        with either_app.app_context():
            told = {line.message for line, _ in queries.refused(placed, 50)}
        assert told == {certificates.EmailNotConfirmed.message, certificates.Decided.message}

    def test_a_fault_in_making_one_is_logged_and_the_rest_goes_on(self, app, admin, monkeypatch, caplog):
        many_wait(app, 3)
        placed = order(app, admin)
        issue, broken = certificates.issue, []

        def once(request, **more):
            if not broken:
                broken.append(request.id)
                raise ZeroDivisionError
            return issue(request, **more)

        monkeypatch.setattr(certificates, "issue", once)
        work(app)
        assert tally(app, placed) == {Outcome.ISSUED: 2, Outcome.REFUSED: 1}
        assert "could not be issued" in caplog.text
        with app.app_context():
            assert db.session.get_one(Request, broken[0]).state == State.WAITING

    def test_the_rest_of_a_stopped_order_waits_in_the_queue(self, either_app, admin):
        many_wait(either_app, 20)
        placed = order(either_app, admin)
        with either_app.app_context():
            actions.step(LATER)
            assert actions.stop(placed, actor=admin, now=LATER) == 20 - actions.AT_ONCE
        assert work(either_app) == 0
        assert outcome(either_app, placed).finished_at == LATER
        with either_app.app_context():
            assert queries.count_orderable() == {COURSE: 20 - actions.AT_ONCE}
            with pytest.raises(actions.FinishedAlready):
                actions.stop(placed, actor=admin, now=LATER)

    def test_what_a_dead_worker_had_in_hand_is_done_by_the_next_one(self, either_app, admin):
        many_wait(either_app, 4)
        placed = order(either_app, admin)
        with either_app.app_context():
            lines = actions._take(LATER)
            actions._issue(lines[0], admin.id, LATER)  # and the worker dies here
        assert work(either_app, LATER) == 0
        assert work(either_app, LATER + actions.TAKEN + timedelta(seconds=1)) == 1
        assert tally(either_app, placed) == {Outcome.ISSUED: 4}
        with either_app.app_context():
            assert db.session.query(Certificate).count() == 4


@db.unit_of_work
def unconfirm_(user_id):
    db.session.get_one(factories.User, user_id).email_confirmed_at = None


def unconfirm(app, user_id):
    with app.app_context():
        unconfirm_(user_id)


class TestPages:
    def test_the_console_says_how_many_wait_and_orders_them(self, app, pages, admin):
        many_wait(app, 3)
        console = pages.as_(admin)
        page = console.get("/admin/orders/")
        assert "3 requests wait." in page.text
        done = console.post("/admin/orders/", {"course": COURSE})
        assert done.status == 303
        page = console.get(done.location)
        assert "Done: 0 of 3" in page.text
        assert 'data-poll="/admin/orders/' in page.html
        work(app)
        part = console.get(done.location + "?part=1")
        assert "3 issued" in part.html
        assert "data-poll" not in part.html
        assert "<html" not in part.html
        assert "finished" in console.get("/admin/orders/").text

    def test_an_order_without_anybody_is_refused_in_words(self, pages, admin):
        page = pages.as_(admin).post("/admin/orders/", {"course": COURSE})
        assert page.status == 409
        assert actions.NothingWaits.message in page.text

    def test_an_order_is_stopped_on_its_page(self, app, pages, admin):
        many_wait(app, 2)
        placed = order(app, admin)
        done = pages.as_(admin).post(f"/admin/orders/{placed.code}/stop")
        assert done.status == 303
        assert "2 stopped" in pages.as_(admin).get(done.location).text

    def test_the_page_of_an_order_costs_the_same_however_many_it_has(self, app, pages, admin, count_queries):
        many_wait(app, 30)
        placed = order(app, admin)
        console = pages.as_(admin)
        with count_queries() as seen:
            console.get(f"/admin/orders/{placed.code}")
        assert len(seen) <= 6

    def test_nobody_but_an_administrator_orders(self, app, pages, admin, learner):
        many_wait(app, 2)
        placed = order(app, admin)
        assert pages.as_(learner).get(f"/admin/orders/{placed.code}").status == 403
        assert pages.as_(learner).post(f"/admin/orders/{placed.code}/stop").status == 403
        assert pages.as_(learner).post("/admin/orders/", {"course": COURSE}).status == 403


class TestCrash:
    """The server with its workers is killed again and again while an order is under way."""

    ORDERED, KILLS, LEAST = 70, 3, 8

    @pytest.fixture(params=["sqlite", "postgresql"])
    def server(self, request, config, make_app, mailbox):
        """The app that looks at its database, the server that is killed, and the mails that arrive."""
        environ = settings(config) | {"SMTP_URL": mailbox.url}
        if request.param == "sqlite":
            yield from self.started(request.getfixturevalue("app"), environ)
        else:
            with postgres.server() as server:
                url = server.create("orders")
                migrate.upgrade(url)
                yield from self.started(make_app(url), environ | {"DATABASE_URL": url})

    def started(self, app, environ):
        mother = Mother(environ)
        yield app, mother, environ
        mother.kill()
        mother.end()
        site_of(app).engines.writing.dispose()

    def test_each_person_has_exactly_one_certificate_and_one_mail(self, server, mailbox, admin_of, monkeypatch):
        app, mother, environ = server
        many_wait(app, self.ORDERED)
        placed = order(app, admin_of(app), now=clock.now())
        for _ in range(self.KILLS):
            done = tally(app, placed)[Outcome.ISSUED]
            mother.start()
            self.until(lambda done=done: tally(app, placed)[Outcome.ISSUED] >= done + self.LEAST)
            mother.kill()
        assert tally(app, placed)[Outcome.WAITING]
        later = clock.now() + jobs.CLAIM + timedelta(seconds=1)  # what the dead had in hand is free again
        monkeypatch.setattr(clock, "now", lambda: later)
        started_again = create_app(Config.from_environ(environ))
        jobs.drain(started_again)
        site_of(started_again).engines.writing.dispose()
        assert tally(app, placed) == {Outcome.ISSUED: self.ORDERED}
        self.nobody_has_two(app, mailbox)

    def nobody_has_two(self, app, mailbox):
        with app.app_context():
            holders = Counter(user_id for (user_id,) in db.session.query(Certificate.user_id))
        assert len(holders) == self.ORDERED
        assert set(holders.values()) == {1}
        # A mailbox drops a mail that was sent again because its worker died before it could note that it was sent.
        ids = defaultdict(set)
        for message in mailbox.messages:
            if message["Subject"].startswith("Your certificate"):
                ids[message["To"]].add(message["Message-ID"])
        assert len(ids) == self.ORDERED
        assert {len(one) for one in ids.values()} == {1}

    def until(self, true):
        deadline = time.monotonic() + 120
        while not true():
            assert time.monotonic() < deadline, "nothing is issued"
            time.sleep(0.05)


@pytest.fixture
def admin_of():
    return lambda app: factories.person(app, "Ada Boss", role="admin")

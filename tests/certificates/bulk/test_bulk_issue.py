"""Bulk issue: each person gets exactly one certificate, also when the server dies on the way."""

import threading
import time
from collections import Counter, defaultdict
from datetime import timedelta

import pytest

from course import create_app, migrate
from course.certificates.backdating import actions as backdating
from course.certificates.bulk import actions, queries
from course.certificates.bulk.models import BulkIssue, BulkLine, Outcome
from course.certificates.issuing import issuing, requesting
from course.certificates.issuing.models import Certificate, Request, RequestState
from course.content.queries import course_of
from course.platform import clock, db, jobs
from course.platform.config import Config
from course.site import site_of
from course.tools.bench import issuing as bench
from tests import factories, postgres
from tests.assessment.attempts.test_durability import settings
from tests.crash import Launcher
from tests.factories import COURSE, NOON
from tests.sampling import times

LATER = NOON + timedelta(days=1)


def add_requests(app, count):
    """Add waiting requests: one of a person who completed the course, the others copied from it."""
    factories.request(app, factories.person(app, "Maya Reed"))
    with app.app_context():
        bench.waiting(count - 1, NOON)


def start(app, admin, now=LATER):
    with app.app_context():
        return actions.start(course_of(COURSE), actor=admin, now=now)


def work(app, now=LATER):
    """Do all batches as a worker does, and return their number."""
    steps = 0
    while True:
        with app.app_context():
            if not actions.step(now):
                return steps
        steps += 1


def tally(app, bulk_issue):
    with app.app_context():
        return queries.tally(bulk_issue)


def outcome(app, bulk_issue):
    with app.app_context():
        return db.session.get_one(BulkIssue, bulk_issue.id)


class TestIssuing:
    @pytest.fixture
    def admin(self, either_app):
        """Return an administrator of the same database, whose id no learner has there."""
        return factories.person(either_app, "Ada Admin", role="admin")

    def test_each_waiting_person_gets_one_certificate_and_one_mail(self, either_app, admin):
        add_requests(either_app, 20)
        bulk_issue = start(either_app, admin)
        assert tally(either_app, bulk_issue) == {Outcome.WAITING: 20}
        assert work(either_app) == 3
        assert tally(either_app, bulk_issue) == {Outcome.ISSUED: 20}
        assert outcome(either_app, bulk_issue).finished_at == LATER
        with either_app.app_context():
            assert Counter(db.session.query(Certificate.user_id)).most_common(1)[0][1] == 1
            assert db.session.query(Certificate).count() == 20
            mails = db.session.query(jobs.Job).filter(jobs.Job.key.like("certificate-issued:%")).all()
        assert len({mail.payload["to"] for mail in mails}) == len(mails) == 20
        assert {mail.rank for mail in mails} == {1}

    def test_a_second_start_returns_the_open_bulk_issue(self, either_app, admin):
        add_requests(either_app, 3)
        first = start(either_app, admin)
        assert start(either_app, admin).id == first.id
        with either_app.app_context():
            assert db.session.query(BulkIssue).count() == 1

    def test_two_administrators_who_start_at_the_same_moment_share_one_bulk_issue(self, either_app, admin):
        add_requests(either_app, 5)
        other_admin = factories.person(either_app, "Bea Boss", role="admin")
        inside, started = threading.Event(), []

        @db.unit_of_work
        def start_slowly():
            started.append(actions.start(course_of(COURSE), actor=admin, now=LATER).id)
            inside.set()
            time.sleep(0.3)  # long enough for the other to arrive before this transaction commits

        def first():
            with either_app.app_context():
                start_slowly()

        thread = threading.Thread(target=first)
        thread.start()
        assert inside.wait(10)
        started.append(start(either_app, other_admin).id)
        thread.join()
        assert started[0] == started[1]
        with either_app.app_context():
            assert db.session.query(BulkIssue).count() == 1
            assert db.session.query(BulkLine).count() == 5

    def test_requests_that_came_later_get_a_bulk_issue_of_their_own(self, either_app, admin):
        add_requests(either_app, 2)
        first = start(either_app, admin)
        with either_app.app_context():
            bench.waiting(3, NOON, name="Later")
        second = start(either_app, admin)
        assert second.id != first.id
        assert tally(either_app, second) == {Outcome.WAITING: 3}

    def test_a_request_with_a_proposed_earlier_date_is_left_out(self, either_app, admin):
        asked = factories.request(either_app, factories.person(either_app, "Maya Reed"))
        with either_app.app_context():
            backdating.ask(asked, NOON.date(), "The office was closed.", actor=admin, now=LATER)
            assert queries.count_issuable(0) == {}
        with pytest.raises(actions.NothingToIssue):
            start(either_app, admin)

    def test_a_refused_request_states_its_reason_and_delays_no_other(self, either_app, admin):
        add_requests(either_app, 5)
        with either_app.app_context():
            unconfirmed, rejected = db.session.query(Request).order_by(Request.id).limit(2)
        bulk_issue = start(either_app, admin)
        unconfirm(either_app, unconfirmed.user_id)
        with either_app.app_context():
            requesting.reject(rejected, "The license has another name.", actor=admin, now=LATER)
        work(either_app)
        assert tally(either_app, bulk_issue) == {Outcome.ISSUED: 3, Outcome.REFUSED: 2}
        with either_app.app_context():
            messages = {line.message for line, _ in queries.refused(bulk_issue, 50)}
        assert messages == {issuing.EmailNotConfirmed.message, issuing.RequestDecided.message}

    def test_an_error_with_one_certificate_is_logged_and_the_others_are_issued(
        self, app, admin_of, monkeypatch, caplog
    ):
        add_requests(app, 3)
        bulk_issue = start(app, admin_of(app))
        issue, broken = issuing.issue, []

        def fail_once(request, **more):
            if not broken:
                broken.append(request.id)
                raise ZeroDivisionError
            return issue(request, **more)

        monkeypatch.setattr(issuing, "issue", fail_once)
        work(app)
        assert tally(app, bulk_issue) == {Outcome.ISSUED: 2, Outcome.REFUSED: 1}
        assert "could not be issued" in caplog.text
        with app.app_context():
            assert db.session.get_one(Request, broken[0]).state == RequestState.WAITING

    def test_the_remaining_requests_of_a_canceled_bulk_issue_keep_waiting(self, either_app, admin):
        add_requests(either_app, 20)
        bulk_issue = start(either_app, admin)
        with either_app.app_context():
            actions.step(LATER)
            assert actions.cancel_remaining(bulk_issue, actor=admin, now=LATER) == 20 - actions.BATCH_SIZE
        assert work(either_app) == 0
        assert outcome(either_app, bulk_issue).finished_at == LATER
        with either_app.app_context():
            assert queries.count_issuable(0) == {COURSE: 20 - actions.BATCH_SIZE}
            with pytest.raises(actions.FinishedAlready):
                actions.cancel_remaining(bulk_issue, actor=admin, now=LATER)

    def test_the_batch_of_a_dead_worker_is_issued_by_the_next_one(self, either_app, admin):
        add_requests(either_app, 4)
        bulk_issue = start(either_app, admin)
        with either_app.app_context():
            lines = actions.claim_batch(LATER)
            actions.issue_line(lines[0], admin.id, LATER)  # and the worker dies here
        assert work(either_app, LATER) == 0
        assert work(either_app, LATER + actions.CLAIM_TIME + timedelta(seconds=1)) == 1
        assert tally(either_app, bulk_issue) == {Outcome.ISSUED: 4}
        with either_app.app_context():
            assert db.session.query(Certificate).count() == 4


@db.unit_of_work
def unconfirm_(user_id):
    db.session.get_one(factories.User, user_id).email_confirmed_at = None


def unconfirm(app, user_id):
    with app.app_context():
        unconfirm_(user_id)


class TestPages:
    def test_the_console_counts_the_requests_and_issues_them(self, app, pages, admin):
        add_requests(app, 3)
        console = pages.as_(admin)
        page = console.get("/admin/orders/")
        assert "3 requests are waiting." in page.text
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
        assert "Finished" in console.get("/admin/orders/").text

    def test_a_bulk_issue_without_requests_is_refused(self, pages, admin):
        page = pages.as_(admin).post("/admin/orders/", {"course": COURSE})
        assert page.status == 409
        assert actions.NothingToIssue.message in page.text

    def test_a_bulk_issue_is_canceled_on_its_page(self, app, pages, admin):
        add_requests(app, 2)
        bulk_issue = start(app, admin)
        console = pages.as_(admin)
        done = console.post(f"/admin/orders/{bulk_issue.code}/stop")
        assert done.status == 303
        text = console.get(done.location).text
        assert "2 canceled" in text
        assert "Canceled. 2 requests are waiting again." in text

    def test_a_second_administrator_is_shown_the_open_bulk_issue(self, app, pages, admin):
        add_requests(app, 2)
        bulk_issue = start(app, admin)
        other = pages.as_(factories.person(app, "Bea Boss", role="admin"))
        done = other.post("/admin/orders/", {"course": COURSE})
        assert done.location.endswith(str(bulk_issue.code))
        text = other.get(done.location).text
        assert "These certificates are being issued already." in text
        assert f"Started by {admin.legal_name}" in text

    def test_the_page_needs_six_statements_for_any_number_of_requests(self, app, pages, admin, count_queries):
        add_requests(app, 30)
        bulk_issue = start(app, admin)
        console = pages.as_(admin)
        with count_queries() as seen:
            console.get(f"/admin/orders/{bulk_issue.code}")
        assert len(seen) <= 6

    def test_only_an_administrator_starts_and_cancels(self, app, pages, admin, learner):
        add_requests(app, 2)
        bulk_issue = start(app, admin)
        assert pages.as_(learner).get(f"/admin/orders/{bulk_issue.code}").status == 403
        assert pages.as_(learner).post(f"/admin/orders/{bulk_issue.code}/stop").status == 403
        assert pages.as_(learner).post("/admin/orders/", {"course": COURSE}).status == 403


class TestCrash:
    """The server with its workers is killed several times during a bulk issue."""

    REQUESTS, KILLS, ISSUED_BEFORE_KILL = times(130, few=60), times(3, few=2), 8

    @pytest.fixture(params=["sqlite", "postgresql"])
    def server(self, request, config, make_app, mailbox):
        """Yield the app that reads the database, the server that is killed, and its environment."""
        environ = settings(config) | {"SMTP_URL": mailbox.url}
        if request.param == "sqlite":
            yield from self.started(request.getfixturevalue("app"), environ)
        else:
            with postgres.server() as server:
                url = server.create("bulk")
                migrate.upgrade(url)
                yield from self.started(make_app(url), environ | {"DATABASE_URL": url})

    def started(self, app, environ):
        launcher = Launcher(environ)
        yield app, launcher, environ
        launcher.kill()
        launcher.end()
        site_of(app).engines.writing.dispose()

    def test_each_person_has_exactly_one_certificate_and_one_mail(self, server, mailbox, admin_of, monkeypatch):
        app, launcher, environ = server
        add_requests(app, self.REQUESTS)
        bulk_issue = start(app, admin_of(app), now=clock.now())
        for _ in range(self.KILLS):
            done = tally(app, bulk_issue)[Outcome.ISSUED]
            launcher.start()
            self.until(lambda done=done: tally(app, bulk_issue)[Outcome.ISSUED] >= done + self.ISSUED_BEFORE_KILL)
            launcher.kill()
        assert tally(app, bulk_issue)[Outcome.WAITING]
        later = clock.now() + jobs.CLAIM_TIME + timedelta(seconds=1)  # the claims of the dead workers have ended
        monkeypatch.setattr(clock, "now", lambda: later)
        started_again = create_app(Config.from_environ(environ))
        jobs.drain(started_again)
        site_of(started_again).engines.writing.dispose()
        assert tally(app, bulk_issue) == {Outcome.ISSUED: self.REQUESTS}
        self.check_that_nobody_has_two(app, mailbox)

    def check_that_nobody_has_two(self, app, mailbox):
        with app.app_context():
            holders = Counter(user_id for (user_id,) in db.session.query(Certificate.user_id))
        assert len(holders) == self.REQUESTS
        assert set(holders.values()) == {1}
        # A worker that dies before it notes that a mail was sent sends it again, with the same ID; mailboxes drop it.
        ids = defaultdict(set)
        for message in mailbox.messages:
            if message["Subject"].startswith("Your certificate"):
                ids[message["To"]].add(message["Message-ID"])
        assert len(ids) == self.REQUESTS
        assert {len(one) for one in ids.values()} == {1}

    def until(self, true):
        deadline = time.monotonic() + 120
        while not true():
            assert time.monotonic() < deadline, "nothing is issued"
            time.sleep(0.05)


@pytest.fixture
def admin_of():
    return lambda app: factories.person(app, "Ada Boss", role="admin")

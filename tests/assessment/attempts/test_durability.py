"""An acknowledged answer stays saved, whichever process is killed afterward."""

import http.client
import json
import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from urllib.parse import urlencode

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import MultiDict

from course import create_app, migrate
from course.assessment.attempts import forms, queries, saving
from course.assessment.attempts.models import Answer
from course.platform import clock, db, group_commit
from course.platform.config import Config
from course.platform.web import NotFound, Refused
from course.site import site_of
from course.tools.bench import crowd
from tests import factories, postgres
from tests.crash import Launcher
from tests.factories import NOON
from tests.network import free_port
from tests.sampling import times

CLIENTS, KILLS = 20, times(50, few=6)
CRASHES = {KILLS // 4, KILLS * 3 // 4}  # the kills after which PostgreSQL crashes as well
MIN_ACKNOWLEDGED = 40  # between two kills


class Client(threading.Thread):
    """A page that saves one answer after another, and repeats each until the server acknowledges it."""

    def __init__(self, learner, port, over):
        super().__init__()
        self.learner, self.over = learner, over
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self.sent, self.acknowledged, self.wrong = {}, {}, []

    def run(self):
        serial = 0
        while not self.over.is_set():
            serial += 1
            self.sent[serial] = self.learner.options[serial % 2]
            self.save_until_acknowledged(serial)
        self.connection.close()

    def save_until_acknowledged(self, serial):
        while not self.over.is_set():
            try:
                status, reply = self.post(serial)
            except (OSError, http.client.HTTPException):
                self.connection.close()  # the next request opens it again
            else:
                if status == 200 and reply == {"serial": serial}:
                    self.acknowledged[serial] = self.sent[serial]
                    return
                if status < 500:
                    self.wrong.append((serial, status, reply))
                    return
            time.sleep(0.01)

    def post(self, serial):
        learner = self.learner
        body = urlencode({"csrf_token": learner.csrf, "serial": serial, "a": self.sent[serial]})
        headers = {
            "Cookie": f"session={learner.cookie}",
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self.connection.request("POST", f"/attempts/{learner.attempt}/{learner.position}", body, headers)
        reply = self.connection.getresponse()
        return reply.status, json.loads(reply.read())


@contextmanager
def saving_clients(environ) -> Iterator[tuple[list[Client], Launcher]]:
    """Fill the database and let the clients save. The server is not running yet."""
    app = create_app(Config.from_environ(environ))
    with app.app_context():
        ids = crowd.sign_up(CLIENTS, NOON)
    learners = []
    for id_ in ids:
        with app.app_context():
            learners.append(crowd.seated(app, id_, clock.now()))
    site_of(app).engines.writing.dispose()
    over = threading.Event()
    clients = [Client(learner, int(environ["PORT"]), over) for learner in learners]
    launcher = Launcher(environ)
    for one in clients:
        one.start()
    try:
        yield clients, launcher
    finally:
        over.set()
        for one in clients:
            one.join()
        launcher.kill()
        launcher.end()


def wait_for_acknowledgments(clients, more):
    goal = sum(len(one.acknowledged) for one in clients) + more
    deadline = time.monotonic() + 60
    while sum(len(one.acknowledged) for one in clients) < goal:
        assert time.monotonic() < deadline, "the server acknowledges nothing"
        time.sleep(0.005)


def assert_acknowledged_answers_are_stored(app, clients):
    for one in clients:
        assert one.wrong == []
        with app.app_context():
            attempt = queries.find_attempt(one.learner.attempt)
            stored = {row.serial: row.choice for row in queries.history_of(attempt.id)}
        lost = {serial: choice for serial, choice in one.acknowledged.items() if stored.get(serial) != [choice]}
        assert lost == {}
        assert {serial: choice for serial, choice in stored.items() if choice != [one.sent.get(serial)]} == {}


def kill_and_restart(clients, launcher, in_between):
    chance = random.Random(20261125)
    for number in range(KILLS):
        launcher.start()
        wait_for_acknowledgments(clients, MIN_ACKNOWLEDGED)
        in_between(number)
        time.sleep(chance.uniform(0, 0.03))
        launcher.kill()
    launcher.start()
    wait_for_acknowledgments(clients, MIN_ACKNOWLEDGED)


class TestCrash:
    def test_acknowledged_answers_are_on_sqlite_after_the_kills(self, tmp_path, migrated, config, app):
        environ = settings(config)
        with saving_clients(environ) as (clients, launcher):
            kill_and_restart(clients, launcher, lambda _: None)
        assert_acknowledged_answers_are_stored(app, clients)

    def test_acknowledged_answers_are_on_postgresql_after_the_kills_and_two_crashes(self, config, make_app):
        """The server's processes are killed, and twice PostgreSQL's.

        The tests' PostgreSQL never flushes to the disk, for speed: what has reached its log survives a crash of the
        process but not of the machine. Here it writes its log before it confirms, which is its default.
        """
        with postgres.server() as server:
            url = server.create("crash")
            server.run("ALTER DATABASE crash SET synchronous_commit = on")
            migrate.upgrade(url)
            app = make_app(url)
            environ = settings(config) | {"DATABASE_URL": url}
            with saving_clients(environ) as (clients, launcher):
                kill_and_restart(clients, launcher, lambda number: number in CRASHES and crash(server, clients))
            assert_acknowledged_answers_are_stored(app, clients)
            site_of(app).engines.writing.dispose()


def settings(config):
    return {
        "PATH": "/usr/bin:/bin",
        "COURSE_DATA": str(config.data),
        "SECRET_KEY": config.secret_key,
        "PORT": str(free_port()),
    }


def crash(server, clients):
    server.crash()
    wait_for_acknowledgments(clients, MIN_ACKNOWLEDGED)


class TestGroupCommit:
    """Saves that share a transaction, on both databases."""

    @pytest.fixture
    def saves(self, either_app):
        """One save for each of many people, who choose the first option."""
        with either_app.app_context():
            ids = crowd.sign_up(CLIENTS, NOON)
        learners = []
        for id_ in ids:
            with either_app.app_context():
                learners.append(crowd.seated(either_app, id_, NOON))
        return [saving.Save(one.id, one.attempt, one.position, [one.options[0]], serial=1) for one in learners]

    def test_waiting_saves_share_a_commit(self, either_app, saves):
        with commits(either_app) as seen:
            assert outcomes_of_waiting(either_app, saves) == [1] * CLIENTS
        assert len(seen) == 1
        assert stored(either_app) == CLIENTS

    def test_each_gets_the_outcome_of_its_own_save(self, either_app, saves):
        saves[3] = factories.replaced(saves[3], answer=saving.Sent(MultiDict({"a": "z"}), "a"))
        saves[5] = factories.replaced(saves[5], user_id=saves[6].user_id)
        saves[7] = factories.replaced(saves[7], answer=object())
        outcomes = outcomes_of_waiting(either_app, saves)
        assert isinstance(outcomes[3], forms.NotAnOption)
        assert isinstance(outcomes[5], NotFound)
        assert not isinstance(outcomes[7], int | Refused)
        assert [outcome for n, outcome in enumerate(outcomes) if n not in {3, 5, 7}] == [1] * (CLIENTS - 3)
        assert stored(either_app) == sum(outcome == 1 for outcome in outcomes)

    def test_after_a_failed_commit_each_save_is_tried_alone(self, either_app, saves):
        with failing_commits(either_app, times=1), commits(either_app) as seen:
            assert outcomes_of_waiting(either_app, saves) == [1] * CLIENTS
        assert len(seen) == CLIENTS
        assert stored(either_app) == CLIENTS

    def test_nothing_is_acknowledged_when_no_commit_succeeds(self, either_app, saves):
        with failing_commits(either_app, times=1 + CLIENTS):
            outcomes = outcomes_of_waiting(either_app, saves)
        assert {type(outcome) for outcome in outcomes} == {OperationalError}
        assert stored(either_app) == 0

    def test_a_save_that_waits_too_long_is_refused_and_not_saved(self, either_app, saves, monkeypatch):
        group = site_of(either_app).saves
        with monkeypatch.context() as hurried, group.turn, either_app.app_context():
            hurried.setattr(group_commit, "TURN_TIMEOUT_S", 0.01)
            with pytest.raises(group_commit.Busy):
                group.do(saves[0])
        assert outcomes_of_waiting(either_app, saves[1:]) == [1] * (CLIENTS - 1)
        assert stored(either_app) == CLIENTS - 1

    def test_a_newer_answer_of_the_previous_transaction_is_seen(self, either_app, saves):
        """On PostgreSQL a statement reads the data of the moment it began, before it waited for the lock."""
        newer = factories.replaced(saves[0], serial=5, answer=[saves[0].answer[0], "other"])
        held, written = threading.Event(), threading.Event()

        def slow():
            with either_app.app_context():
                save_slowly(newer)

        @db.unit_of_work
        def save_slowly(save):
            saving.save_all([save], now=NOON)
            held.set()
            written.wait()

        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(slow)
            held.wait()
            second = pool.submit(done, either_app, saves[0])
            time.sleep(0.2)  # long enough to be waiting; on a slow machine it only proves less
            written.set()
            first.result()
            assert isinstance(second.result(), saving.AnsweredElsewhere)


def done(app, save):
    with app.app_context():
        try:
            outcome = site_of(app).saves.do(save)
        except Exception as fault:
            return fault
        return outcome


def outcomes_of_waiting(app, saves):
    """Return the outcomes of saves that all wait before the first is written."""
    group = site_of(app).saves
    with ThreadPoolExecutor(len(saves)) as pool:
        with group.turn:
            running = [pool.submit(done, app, save) for save in saves]
            while len(group.waiting) < len(saves):
                time.sleep(0.001)
        return [one.result() for one in running]


def stored(app):
    with app.app_context():
        return db.session.query(Answer).count()


@contextmanager
def commits(app):
    seen = []

    def note(_connection):
        seen.append(1)

    event.listen(site_of(app).engines.writing, "commit", note)
    yield seen
    event.remove(site_of(app).engines.writing, "commit", note)


@contextmanager
def failing_commits(app, times):
    left = [times]

    def fail(_connection):
        if left[0]:
            left[0] -= 1
            raise OperationalError("COMMIT", {}, Exception("the disk is full"))

    event.listen(site_of(app).engines.writing, "commit", fail, insert=True)
    yield
    event.remove(site_of(app).engines.writing, "commit", fail)


def test_the_requests_own_session_only_reads(app, learner):
    attempt = factories.start_attempt(app, learner)
    with app.test_request_context(f"/attempts/{attempt.code}/1", method="POST"):
        db.session.add(Answer(attempt_id=attempt.id, position=1, serial=1, choice=["a"], saved_at=NOON))
        with pytest.raises(OperationalError, match="readonly"):
            db.session.flush()
        db.session.rollback()


def test_an_answer_that_a_busy_server_refused_is_sent_again(app, pages, learner, monkeypatch):
    attempt = factories.start_attempt(app, learner)
    monkeypatch.setattr(group_commit, "TURN_TIMEOUT_S", 0.01)
    with site_of(app).saves.turn:
        reply = pages.as_(learner).post_json(f"/attempts/{attempt.code}/1", {"a": "a", "serial": 1})
    assert reply.status_code == 503
    assert "Send it again" in reply.json["error"]


def test_a_writer_gives_up_after_a_timeout_and_lets_others_write(app, learner, monkeypatch):
    monkeypatch.setattr(db, "LOCK_TIMEOUT_S", 0.05)
    with closing(sqlite3.connect(site_of(app).engines.writing.url.database)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            factories.start_attempt(app, learner)
    assert factories.start_attempt(app, learner).number == 1

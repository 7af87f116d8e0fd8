"""Session rows: what they note, when they go, and in what words they are listed."""

from datetime import timedelta

import pytest

from course.people.sessions import actions, limits, queries
from course.people.sessions.models import SignInSession
from course.platform import clock, db
from course.platform.browser import Device
from course.platform.device_words import device_words
from tests import factories
from tests.factories import NOON, PASSWORD
from tests.pages import Pages

HERE = Device("Firefox on Linux", "device-key", "192.0.2.7")


def starts(person, count=1):
    return [actions.start(person.id, HERE, now=NOON) for _ in range(count)]


def test_all_sessions_but_one_are_ended(either_app):
    person, other = factories.person(either_app, "Lena Learner"), factories.person(either_app, "Otto Other")
    with either_app.app_context():
        tickets = starts(person, 3)
        starts(other)
        kept = queries.find(tickets[1].code)
        assert actions.end_all(person.id, except_id=kept.id, now=NOON) == 2
        assert actions.end_all(person.id, except_id=kept.id, now=NOON) == 0
        assert [one.code for one in queries.open_sessions(person.id, "learner", now=NOON)] == [kept.code]
        assert len(queries.open_sessions(other.id, "learner", now=NOON)) == 1


def test_devices_are_forgotten_with_a_password(either_app):
    person = factories.person(either_app, "Lena Learner")
    with either_app.app_context():
        starts(person)
        assert queries.is_known_device(person.id, actions.digest("device-key"))
        assert not queries.is_known_device(person.id, actions.digest("another"))
        actions.end_all(person.id, forget_devices=True, now=NOON)
        assert not queries.is_known_device(person.id, actions.digest("device-key"))


def test_sessions_that_nobody_used_for_long_are_erased(either_app):
    person = factories.person(either_app, "Lena Learner")
    with either_app.app_context():
        starts(person)
        actions.forget_old(NOON + actions.KEPT_FOR)
        assert db.session.query(SignInSession).count() == 1
        actions.forget_old(NOON + actions.KEPT_FOR + timedelta(seconds=1))
        assert db.session.query(SignInSession).count() == 0


def test_a_page_notes_that_the_session_is_used_at_most_every_few_minutes(app, monkeypatch, count_queries):
    person = factories.person(app, "Lena Learner", password=PASSWORD)
    mine, start = Pages(app), clock.now()
    mine.post("/sign-in", {"email": person.email, "password": PASSWORD})
    writes = []
    for minutes in (1, 4, 6, 7):
        monkeypatch.setattr(clock, "now", lambda: start + timedelta(minutes=minutes))  # noqa: B023
        with count_queries() as seen:
            assert mine.get("/profile").status == 200
        writes.append(sum(statement.startswith("UPDATE") for statement in seen))
    assert writes == [0, 0, 1, 0]


def test_the_session_and_its_person_are_one_statement(app, pages, learner, count_queries):
    mine = pages.as_(learner)
    with count_queries() as seen:
        mine.get("/profile/sessions")
    assert len(seen) == 2
    assert "JOIN" in seen[0]


@pytest.mark.parametrize(("role", "hours"), [("learner", 14 * 24), ("admin", 1)])
def test_the_idle_limit_is_shorter_for_administrators(role, hours):
    last = NOON + timedelta(hours=3)
    assert not limits.is_over(role, NOON, last, last + timedelta(hours=hours, seconds=-1))
    assert limits.is_over(role, NOON, last, last + timedelta(hours=hours))


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 14; Pixel) Chrome/131.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/131.0 Safari/537.36", "Chrome on Mac"),
        ("curl/8.5.0", "A browser"),
        ("<script>alert(1)</script>", "A browser"),
    ],
)
def test_a_browser_is_named_in_words(agent, words):
    assert device_words(agent) == words

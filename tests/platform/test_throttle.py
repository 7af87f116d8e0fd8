"""How often the public pages answer, and whose asks are counted together."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from flask import request
from limits import parse

from course import create_app
from course.platform import clock
from course.platform.throttle_store import Counts
from course.site import site_of
from tests import factories
from tests.factories import NOON
from tests.pages import Pages

NOBODYS = "/verify/AAAA-AAAA-AAAA-AAAA"


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)


@pytest.fixture
def wait(monkeypatch):
    def until(seconds):
        monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(seconds=seconds))

    return until


def allow(app, **limits):
    parsed = {name: parse(text) for name, text in limits.items()}
    factories.change_site(app, throttle=factories.replaced(site_of(app).throttle, **parsed))


def asked(app, path="/verify/", **more):
    return Pages(app).get(path, **more).status


class TestAsks:
    def test_who_asks_too_often_is_told_when_to_come_back(self, app, pages, wait):
        allow(app, asks="2 per minute")
        assert [asked(app) for _ in range(3)] == [200, 200, 429]
        wait(15)
        page = pages.get("/verify/")
        assert "Please try again in 45 seconds." in page.text
        assert page.response.headers["Retry-After"] == "45"
        wait(61)
        assert asked(app) == 200

    def test_a_system_is_told_in_json(self, app, pages):
        allow(app, asks="1 per minute")
        answers = [pages.get(NOBODYS, headers={"Accept": "application/json"}).response for _ in range(2)]
        assert [answer.status_code for answer in answers] == [404, 429]
        assert "try again in 60 seconds" in answers[1].json["error"]

    def test_addresses_are_counted_apart_and_together(self, app):
        allow(app, asks="2 per minute", asks_of_all="3 per minute")

        def from_(address):
            return asked(app, environ_base={"REMOTE_ADDR": address})

        assert [from_("192.0.2.1") for _ in range(3)] == [200, 200, 429]
        assert [from_("192.0.2.2") for _ in range(2)] == [200, 429]

    def test_a_network_of_ipv6_is_one_visitor(self, app):
        allow(app, asks="1 per minute")
        addresses = ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")
        assert [asked(app, environ_base={"REMOTE_ADDR": one}) for one in addresses] == [200, 429, 200]

    def test_pages_without_the_mark_are_not_counted(self, app):
        allow(app, asks="1 per minute")
        assert [asked(app, "/states/") for _ in range(3)] == [200, 200, 200]


class TestMisses:
    def test_they_count_for_more_than_hits(self, app, learner, admin):
        code = factories.issue(app, learner, admin).code
        allow(app, misses="2 per 10 minutes")
        assert [asked(app, f"/verify/{code}") for _ in range(4)] == [200] * 4
        assert [asked(app, NOBODYS) for _ in range(3)] == [404, 404, 429]
        assert asked(app, f"/verify/{code}") == 429

    def test_every_way_to_miss_counts(self, app):
        allow(app, misses="3 per 10 minutes")
        paths = ("/verify/nonsense", "/verify/%00", "/verify/a/b", NOBODYS)
        assert [asked(app, path) for path in paths] == [404, 404, 404, 429]

    def test_the_log_tells_of_them_without_the_number(self, app, caplog):
        asked(app, NOBODYS)
        asked(app, "/verify/nonsense")
        assert [record.getMessage().split(": ")[1] for record in caplog.records] == [
            "well-formed, 19 characters",
            "malformed, 8 characters",
        ]


class TestProxies:
    FORWARDED = {"X-Forwarded-For": "203.0.113.9, 192.0.2.1"}

    def visitors(self, app):
        """The networks that were counted."""
        with sqlite3.connect(site_of(app).throttle.limiter.storage.path) as file:
            return {
                key.split("/")[2] for (key,) in file.execute("SELECT key FROM counter WHERE key LIKE '%/asks/%/%/%/%'")
            }

    @pytest.mark.parametrize(("proxies", "visitor"), [(0, "127.0.0.1"), (1, "192.0.2.1"), (2, "203.0.113.9")])
    def test_as_many_are_believed_as_the_setting_says(self, config, catalog, migrated, proxies, visitor):
        config = factories.replaced(config, database=f"sqlite:///{migrated}", trusted_proxies=proxies)
        app = create_app(config, catalog)
        asked(app, headers=self.FORWARDED)
        assert self.visitors(app) == {visitor}
        site_of(app).engines.writing.dispose()

    def test_they_are_believed_in_nothing_else(self, config, catalog, migrated):
        app = create_app(factories.replaced(config, database=f"sqlite:///{migrated}", trusted_proxies=1), catalog)
        seen = []
        app.before_request(lambda: seen.append((request.host, request.scheme)))
        asked(app, headers=self.FORWARDED | {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"})
        assert seen == [("localhost", "http")]
        site_of(app).engines.writing.dispose()


class TestCounts:
    @pytest.fixture
    def counts(self, tmp_path) -> Counts:
        return Counts(tmp_path / "counts.db")

    def test_writers_at_once_lose_no_count(self, counts):
        barrier = threading.Barrier(8)

        def count(_):
            barrier.wait()
            for _ in range(25):
                counts.incr("key", 60)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(count, range(8)))
        assert counts.get("key") == 200

    def test_a_counter_ends_as_long_after_its_start_as_was_asked(self, counts, wait):
        counts.incr("key", 60)
        wait(30)
        counts.incr("key", 60)
        assert counts.get("key") == 2
        assert counts.get_expiry("key") == NOON.timestamp() + 60
        wait(60)
        assert counts.get("key") == 0
        assert counts.incr("key", 60) == 1

    def test_what_has_ended_is_not_kept(self, counts, wait):
        counts.incr("old", 60)
        wait(61)
        counts.incr("new", 60)
        with sqlite3.connect(counts.path) as file:
            assert file.execute("SELECT key FROM counter").fetchall() == [("new",)]

    def test_one_or_all_can_be_forgotten(self, counts):
        for key in ("a", "b", "c"):
            counts.incr(key, 60)
        counts.clear("a")
        assert (counts.get("a"), counts.get("b"), counts.check()) == (0, 1, True)
        assert counts.reset() == 2


def test_the_processes_of_a_machine_count_together(config, catalog, migrated):
    apps = [create_app(factories.replaced(config, database=f"sqlite:///{migrated}"), catalog) for _ in range(2)]
    for app in apps:
        allow(app, asks="3 per minute")
    assert [asked(app) for app in (*apps, *apps)] == [200, 200, 200, 429]


def test_a_store_that_fails_closes_nothing(app, caplog, config):
    Path(config.data / "counts.db").write_bytes(b"no database at all" * 100)
    assert asked(app) == 200
    assert "requests could not be counted" in caplog.text


def test_redis_counts_where_several_machines_share_the_work(config, catalog, migrated, redis):
    apps = [
        create_app(factories.replaced(config, database=f"sqlite:///{migrated}", queue_url=redis), catalog)
        for _ in range(2)
    ]
    for app in apps:
        allow(app, asks="3 per minute")
    assert [asked(app) for app in (*apps, *apps)] == [200, 200, 200, 429]


def test_a_redis_that_is_away_closes_nothing(config, catalog, migrated, caplog):
    away = factories.replaced(config, database=f"sqlite:///{migrated}", queue_url="redis://127.0.0.1:1/0")
    assert asked(create_app(away, catalog)) == 200
    assert "requests could not be counted" in caplog.text


def test_every_public_look_up_has_the_mark(app):
    rooms = ("verification.", "sharing.", "shared.")
    unmarked = [
        name
        for name, view in app.view_functions.items()
        if name.startswith(rooms) and view.access == "public" and not getattr(view, "limited", False)
    ]
    assert unmarked == []

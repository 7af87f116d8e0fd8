"""The rate limits of the public pages, and which requests are counted together."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from flask import request
from limits import parse

from course import create_app
from course.platform import clock, throttle
from course.platform.throttle_store import Counts
from course.site import site_of
from tests import factories
from tests.factories import NOON
from tests.pages import Pages

UNKNOWN_CERTIFICATE = "/verify/AAAA-AAAA-AAAA-AAAA"


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


def status_of(app, path="/verify/", **more):
    return Pages(app).get(path, **more).status


def status_from(app, address):
    return status_of(app, environ_base={"REMOTE_ADDR": address})


class TestRequests:
    def test_too_many_requests_are_refused_with_the_time_to_wait(self, app, pages, wait):
        allow(app, requests="2 per minute")
        assert [status_of(app) for _ in range(3)] == [200, 200, 429]
        wait(15)
        page = pages.get("/verify/")
        assert "Please try again in 45 seconds." in page.text
        assert page.response.headers["Retry-After"] == "45"
        wait(61)
        assert status_of(app) == 200

    def test_a_client_that_wants_json_gets_the_refusal_as_json(self, app, pages):
        allow(app, requests="1 per minute")
        answers = [pages.get(UNKNOWN_CERTIFICATE, headers={"Accept": "application/json"}).response for _ in range(2)]
        assert [answer.status_code for answer in answers] == [404, 429]
        assert "try again in 60 seconds" in answers[1].json["error"]

    def test_addresses_are_counted_apart_without_a_limit_on_all_together(self, app):
        allow(app, requests="2 per minute")
        addresses = [f"192.0.2.{n}" for n in range(1, 9)]
        assert [status_from(app, address) for address in addresses * 2] == [200] * 16
        assert [status_from(app, address) for address in addresses] == [429] * 8

    def test_an_ipv6_network_counts_as_one_visitor(self, app):
        allow(app, requests="1 per minute")
        addresses = ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")
        assert [status_from(app, address) for address in addresses] == [200, 429, 200]

    def test_a_wide_ipv6_network_has_a_limit_of_its_own(self, app):
        allow(app, requests="10 per minute", wide_requests="3 per minute")
        addresses = [f"2001:db8:0:{n}::1" for n in range(4)] + ["2001:db8:1::1"]
        assert [status_from(app, address) for address in addresses] == [200, 200, 200, 429, 200]

    def test_an_ipv4_address_written_as_ipv6_is_the_same_visitor(self, app):
        allow(app, requests="1 per minute")
        assert [status_from(app, address) for address in ("192.0.2.1", "::ffff:192.0.2.1")] == [200, 429]
        assert status_from(app, "::ffff:192.0.2.2") == 200

    def test_each_public_room_has_counters_of_its_own(self, app):
        allow(app, requests="1 per minute", not_found="1 per minute")
        paths = [UNKNOWN_CERTIFICATE, "/shared/unknown", "/directory/"]
        assert [status_of(app, path) for path in paths] == [404, 404, 200]
        assert [status_of(app, path) for path in paths] == [429, 429, 429]

    def test_pages_without_the_mark_are_not_counted(self, app):
        allow(app, requests="1 per minute")
        assert [status_of(app, "/states/") for _ in range(3)] == [200, 200, 200]


class TestNotFound:
    def test_they_have_a_stricter_limit(self, app, learner, admin):
        code = factories.issue(app, learner, admin).code
        allow(app, not_found="2 per 10 minutes")
        assert [status_of(app, f"/verify/{code}") for _ in range(4)] == [200] * 4
        assert [status_of(app, UNKNOWN_CERTIFICATE) for _ in range(3)] == [404, 404, 429]
        assert status_of(app, f"/verify/{code}") == 200  # what exists is shown, whatever was asked before

    def test_a_refused_one_names_the_time_to_wait_and_stays_out_of_search_engines(self, app, pages):
        allow(app, not_found="1 per 10 minutes")
        pages.get(UNKNOWN_CERTIFICATE)
        page = pages.get(UNKNOWN_CERTIFICATE)
        assert (page.status, page.response.headers["Retry-After"]) == (429, "600")
        assert "Please try again in 10 minutes." in page.text
        assert page.response.headers["X-Robots-Tag"] == "noindex, nofollow"
        answer = pages.get(UNKNOWN_CERTIFICATE, headers={"Accept": "application/json"}).response
        assert (answer.status_code, answer.json) == (
            429,
            {"error": "Too many requests. Please try again in 10 minutes."},
        )

    def test_every_kind_of_unknown_number_counts(self, app):
        allow(app, not_found="3 per 10 minutes")
        paths = ("/verify/nonsense", "/verify/%00", "/verify/a/b", UNKNOWN_CERTIFICATE)
        assert [status_of(app, path) for path in paths] == [404, 404, 404, 429]

    def test_they_are_logged_without_the_number(self, app, caplog):
        status_of(app, UNKNOWN_CERTIFICATE)
        status_of(app, "/verify/nonsense")
        assert [record.getMessage().split(": ")[1] for record in caplog.records] == [
            "a number in 19 characters",
            "no number in 8 characters",
        ]


class TestProxies:
    PROXY_HEADERS = {"X-Forwarded-For": "203.0.113.9, 192.0.2.1"}

    def visitors(self, app):
        """Return the visitors whose requests were counted."""
        with sqlite3.connect(site_of(app).throttle.limiter.storage.path) as file:
            return {
                key.split("/")[3]
                for (key,) in file.execute("SELECT key FROM counter WHERE key LIKE '%/requests/%/%/%/%'")
            }

    @pytest.mark.parametrize(("proxies", "visitor"), [(0, "127.0.0.1"), (1, "192.0.2.1"), (2, "203.0.113.9")])
    def test_the_setting_is_the_number_of_trusted_proxies(self, config, catalog, migrated, proxies, visitor):
        config = factories.replaced(config, database=f"sqlite:///{migrated}", trusted_proxies=proxies)
        app = create_app(config, catalog)
        status_of(app, headers=self.PROXY_HEADERS)
        assert self.visitors(app) == {visitor}
        site_of(app).engines.writing.dispose()

    def test_their_host_and_scheme_are_not_trusted(self, config, catalog, migrated):
        app = create_app(factories.replaced(config, database=f"sqlite:///{migrated}", trusted_proxies=1), catalog)
        seen = []
        app.before_request(lambda: seen.append((request.host, request.scheme)))
        status_of(app, headers=self.PROXY_HEADERS | {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"})
        assert seen == [("localhost", "http")]
        site_of(app).engines.writing.dispose()


class TestTries:
    """Tries are counted before they are made; those that succeed are taken back."""

    LIMITS = throttle.Tries("test", *map(parse, ("2 per minute", "4 per hour", "6 per hour")), "Wait {wait}.")

    def attempt(self, app, account="ina@example.org", address="192.0.2.1", *, device=None, succeeds=False):
        with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            try:
                counted = throttle.count_try(self.LIMITS, account, device=device)
            except throttle.TooOften as refusal:
                return refusal.message
            if succeeds:
                counted.succeeded()
            return "ok"

    def test_failures_on_an_account_are_limited_by_network(self, app, wait):
        assert [self.attempt(app) for _ in range(3)] == ["ok", "ok", "Wait 60 seconds."]
        assert self.attempt(app, address="192.0.2.2") == "ok"
        wait(61)
        assert self.attempt(app) == "ok"

    def test_failures_on_an_account_are_limited_in_total(self, app):
        tried = [self.attempt(app, address=f"192.0.2.{n}") for n in range(5)]
        assert tried == ["ok"] * 4 + ["Wait 60 minutes."]

    def test_failures_of_a_network_on_all_accounts_are_limited(self, app):
        tried = [self.attempt(app, f"person-{n}") for n in range(7)]
        assert tried == ["ok"] * 6 + ["Wait 60 minutes."]
        assert self.attempt(app, "person-8", "192.0.2.2") == "ok"

    def test_a_wide_ipv6_network_is_one_network(self, app):
        tried = [self.attempt(app, f"person-{n}", f"2001:db8:0:{n}::1") for n in range(7)]
        assert tried == ["ok"] * 6 + ["Wait 60 minutes."]

    @pytest.mark.parametrize("store", ["file", "redis"])
    def test_successes_are_not_limited(self, request, app, config, store):
        if store == "redis":
            throttle_ = throttle.new_throttle(config.data, request.getfixturevalue("redis"))
            factories.change_site(app, throttle=throttle_)
        assert [self.attempt(app, succeeds=True) for _ in range(50)] == ["ok"] * 50
        assert [self.attempt(app) for _ in range(3)][:2] == ["ok", "ok"]
        assert self.attempt(app, succeeds=True) != "ok"

    def test_refused_tries_use_up_no_limit(self, app, wait):
        for _ in range(50):
            self.attempt(app)
        assert [self.attempt(app, f"person-{n}") for n in range(5)] == ["ok"] * 4 + ["Wait 60 minutes."]
        wait(61)
        assert self.attempt(app, address="192.0.2.2") == "ok"

    def test_a_known_device_is_counted_on_its_own(self, app):
        for n in range(5):
            self.attempt(app, address=f"192.0.2.{n}")
        assert [self.attempt(app, device="hers") for _ in range(3)] == ["ok", "ok", "Wait 60 seconds."]
        assert self.attempt(app, device="another") == "ok"

    def test_the_counters_keep_neither_email_nor_device(self, app, config):
        self.attempt(app, device="secret-of-hers")
        self.attempt(app)
        kept = (config.data / "counts.db").read_bytes()
        assert b"ina" not in kept
        assert b"secret-of-hers" not in kept

    def test_parallel_tries_do_not_pass(self, app):
        with ThreadPoolExecutor(8) as pool:
            tried = list(pool.map(lambda _: self.attempt(app), range(40)))
        assert tried.count("ok") == 2


class TestCounts:
    @pytest.fixture
    def counts(self, tmp_path) -> Counts:
        return Counts(tmp_path / "counts.db")

    def test_concurrent_writers_lose_no_count(self, counts):
        barrier = threading.Barrier(8)

        def count(_):
            barrier.wait()
            for _ in range(25):
                counts.incr("key", 60)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(count, range(8)))
        assert counts.get("key") == 200

    def test_a_counter_expires_the_given_time_after_its_start(self, counts, wait):
        counts.incr("key", 60)
        wait(30)
        counts.incr("key", 60)
        assert counts.get("key") == 2
        assert counts.get_expiry("key") == NOON.timestamp() + 60
        wait(60)
        assert counts.get("key") == 0
        assert counts.incr("key", 60) == 1

    def test_expired_counters_are_deleted(self, counts, wait):
        counts.incr("old", 60)
        wait(61)
        counts.incr("new", 60)
        with sqlite3.connect(counts.path) as file:
            assert file.execute("SELECT key FROM counter").fetchall() == [("new",)]

    def test_one_counter_or_all_can_be_deleted(self, counts):
        for key in ("a", "b", "c"):
            counts.incr(key, 60)
        counts.clear("a")
        assert (counts.get("a"), counts.get("b"), counts.check()) == (0, 1, True)
        assert counts.reset() == 2


def test_the_processes_of_a_machine_share_the_counts(config, catalog, migrated):
    apps = [create_app(factories.replaced(config, database=f"sqlite:///{migrated}"), catalog) for _ in range(2)]
    for app in apps:
        allow(app, requests="3 per minute")
    assert [status_of(app) for app in (*apps, *apps)] == [200, 200, 200, 429]


def test_pages_still_answer_if_the_counters_fail(app, caplog, config):
    Path(config.data / "counts.db").write_bytes(b"no database at all" * 100)
    assert status_of(app) == 200
    assert "requests could not be counted" in caplog.text


def test_several_machines_share_the_counts_in_redis(config, catalog, migrated, redis):
    apps = [
        create_app(factories.replaced(config, database=f"sqlite:///{migrated}", queue_url=redis), catalog)
        for _ in range(2)
    ]
    for app in apps:
        allow(app, requests="3 per minute")
    assert [status_of(app) for app in (*apps, *apps)] == [200, 200, 200, 429]


def test_pages_still_answer_if_redis_is_unreachable(config, catalog, migrated, caplog):
    unreachable = factories.replaced(config, database=f"sqlite:///{migrated}", queue_url="redis://127.0.0.1:1/0")
    assert status_of(create_app(unreachable, catalog)) == 200
    assert "requests could not be counted" in caplog.text


def test_every_public_lookup_is_rate_limited(app):
    rooms = ("verification.", "sharing.", "shared.")
    unmarked = [
        name
        for name, view in app.view_functions.items()
        if name.startswith(rooms) and view.access == "public" and not getattr(view, "limited", False)
    ]
    assert unmarked == []

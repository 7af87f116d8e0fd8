"""Attacks that need many tries: guessed passwords and floods of mail. Nobody may be locked out by them."""

import itertools
import re
import signal
import urllib.error
import urllib.request
from collections import Counter
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from course import create_app
from course.people.accounts import actions
from course.people.accounts.models import User
from course.platform import clock, db
from course.platform.db import unit_of_work
from course.platform.jobs import Job
from course.site import site_of
from tests import factories
from tests.factories import NOON, PASSWORD
from tests.journeys.conftest import serve
from tests.network import free_port
from tests.pages import Pages

HERS, ELSEWHERE, ATTACKER = "192.0.2.7", "198.51.100.4", "203.0.113.9"
QUICK_HASH = PasswordHasher(memory_cost=8, time_cost=1, parallelism=1).hash(PASSWORD)


def clock_from(start):
    """Return a clock that goes on by a microsecond each time it is read."""
    steps = itertools.count()
    return lambda: start + timedelta(microseconds=next(steps))


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(clock, "now", clock_from(NOON))


@pytest.fixture
def later(monkeypatch):
    def until(**span):
        monkeypatch.setattr(clock, "now", clock_from(NOON + timedelta(**span)))

    return until


@unit_of_work
def hash_quickly(emails):
    """Let many sign-ins take little time: their number is what is tested."""
    for user in db.session.scalars(select(User).where(User.email.in_(emails))):
        user.password_hash = QUICK_HASH


def member(app, name="Ina Member"):
    person = factories.person(app, name)
    with app.app_context():
        hash_quickly([person.email])
    return person


@pytest.fixture
def ina(app):
    return member(app)


def sign_in(browser, email, password=PASSWORD, address=HERS):
    return browser.post("/sign-in", {"email": email, "password": password}, environ_base={"REMOTE_ADDR": address})


def guesses(app, email, count, addresses=(ATTACKER,)):
    """Return how often each status came back. Each guess comes from a new browser."""
    statuses: Counter[int] = Counter()
    for n in range(count):
        data, environ = {"email": email, "password": f"wrong {n}"}, {"REMOTE_ADDR": addresses[n % len(addresses)]}
        statuses[app.test_client().post("/sign-in", data=data, environ_base=environ).status_code] += 1
    return statuses


class TestPasswords:
    def test_600_guesses_from_one_address_are_ten(self, app, ina):
        assert guesses(app, ina.email, 600) == {422: 10, 429: 590}

    def test_the_right_one_is_refused_too_after_them(self, app, ina):
        guesses(app, ina.email, 10)
        page = sign_in(Pages(app), ina.email, address=ATTACKER)
        assert (page.status, page.response.headers["Retry-After"]) == (429, "900")
        assert "Too many wrong passwords were entered. Try again in 15 minutes" in page.text

    def test_guesses_from_many_addresses_are_a_hundred_an_hour(self, app, ina, later):
        addresses = [f"203.0.113.{n}" for n in range(60)]
        assert guesses(app, ina.email, 600, addresses) == {422: 100, 429: 500}
        later(minutes=61)
        assert guesses(app, ina.email, 1, addresses) == {422: 1}

    def test_one_password_on_many_accounts_is_limited(self, app, ina, monkeypatch):
        monkeypatch.setattr("course.people.accounts.passwords.DUMMY_HASH", QUICK_HASH)
        tried = Counter(one for n in range(320) for one in guesses(app, f"person{n}@example.org", 1))
        assert tried == {422: 300, 429: 20}
        assert sign_in(Pages(app), ina.email, address=HERS).status == 303

    def test_other_spellings_of_the_email_are_the_same_account(self, app, ina):
        spellings = [ina.email, ina.email.upper(), f" {ina.email} ", f"mailto:{ina.email}", f"{ina.email}\u200b"]
        tried = [sign_in(Pages(app), spellings[n % 5], "wrong guess", ATTACKER).status for n in range(15)]
        assert tried == [422] * 10 + [429] * 5

    def test_an_unknown_email_is_refused_in_the_same_words(self, app, ina):
        pages = []
        for email in (ina.email, "nobody@example.org"):
            guesses(app, email, 10)
            pages.append(sign_in(Pages(app), email, "wrong guess", ATTACKER))
        assert [page.status for page in pages] == [429, 429]
        assert pages[0].text == pages[1].text

    def test_confirming_who_one_is_counts_as_a_guess(self, app, ina):
        browser = Pages(app)
        sign_in(browser, ina.email)
        tried = [
            browser.post("/confirm-identity", {"password": "wrong"}, environ_base={"REMOTE_ADDR": HERS}).status
            for _ in range(12)
        ]
        assert tried == [422] * 10 + [429] * 2


class TestVictim:
    def test_guesses_from_elsewhere_do_not_lock_her_out(self, app, ina):
        guesses(app, ina.email, 50)
        assert sign_in(Pages(app), ina.email, address=HERS).location == "/home"

    def test_a_device_that_she_used_before_gets_in_whatever_others_guess(self, app, ina):
        hers = Pages(app)
        sign_in(hers, ina.email, address=HERS)
        hers.post("/sign-out")
        guesses(app, ina.email, 130, [HERS, *(f"203.0.113.{n}" for n in range(60))])
        assert sign_in(Pages(app), ina.email, address=ELSEWHERE).status == 429
        assert sign_in(hers, ina.email, address=HERS).location == "/home"

    def test_a_new_device_gets_in_by_a_link_in_her_mail(self, app, ina):
        guesses(app, ina.email, 130, [f"203.0.113.{n}" for n in range(60)])
        hers = Pages(app)
        assert sign_in(hers, ina.email, address=HERS).status == 429
        hers.post("/forgotten-password", {"email": ina.email}, environ_base={"REMOTE_ADDR": HERS})
        with app.app_context():
            link = db.session.scalars(select(Job).order_by(Job.id.desc())).first().payload["link"]
        hers.post(link[link.index("/reset-password/") :], {"password": "another calm lantern"})
        assert sign_in(hers, ina.email, "another calm lantern", HERS).location == "/home"

    def test_a_device_of_somebody_else_is_not_known_to_be_hers(self, app, ina):
        attacker = member(app, "Mallory Member")
        browser = Pages(app)
        sign_in(browser, attacker.email, address=ATTACKER)
        browser.post("/sign-out")
        tried = [sign_in(browser, ina.email, "wrong guess", ATTACKER).status for n in range(15)]
        assert tried == [422] * 10 + [429] * 5

    def test_a_known_device_guesses_no_more_than_any_other(self, app, ina):
        browser = Pages(app)
        sign_in(browser, ina.email)
        browser.post("/sign-out")
        tried = [sign_in(browser, ina.email, "wrong", f"203.0.113.{n}").status for n in range(12)]
        assert tried == [422] * 10 + [429] * 2

    def test_a_hospital_of_200_signs_in_within_a_minute(self, app):
        staff = [factories.person(app, f"Person{n} Staff").email for n in range(200)]
        with app.app_context():
            hash_quickly(staff)
        for n, email in enumerate(staff):
            if n % 4 == 0:
                assert guesses(app, email, 1, [HERS]) == {422: 1}
            data, environ = {"email": email, "password": PASSWORD}, {"REMOTE_ADDR": HERS}
            assert app.test_client().post("/sign-in", data=data, environ_base=environ).location == "/home"


@pytest.mark.parametrize("store", ["file", "redis"])
def test_a_restart_and_another_process_go_on_counting(request, app, config, catalog, ina, store):
    url = request.getfixturevalue("redis") if store == "redis" else ""
    here = factories.replaced(config, database=site_of(app).config.database, queue_url=url)
    processes = [create_app(here, catalog) for _ in range(2)]
    for process in processes:
        process.config["WTF_CSRF_ENABLED"] = False
    tried = [sign_in(Pages(processes[n % 2]), ina.email, "wrong guess", ATTACKER).status for n in range(12)]
    assert tried == [422] * 10 + [429] * 2
    restarted = create_app(here, catalog)
    restarted.config["WTF_CSRF_ENABLED"] = False
    assert sign_in(Pages(restarted), ina.email, address=ATTACKER).status == 429
    for one in (*processes, restarted):
        site_of(one).engines.dispose()


def test_a_real_server_goes_on_counting_after_a_restart(tmp_path):
    """Its two worker processes answer by turns, and all of it stops and starts in between."""
    statuses = []
    for guesses_each in (7, 5):
        port = free_port()
        process = serve(tmp_path, port)
        process.stdout.readline()
        statuses += [guess_over_http(f"http://127.0.0.1:{port}/sign-in") for _ in range(guesses_each)]
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=15)
    assert statuses == [422] * 10 + [429] * 2


def guess_over_http(address):
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with browser.open(address) as page:
        token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page.read().decode()).group(1)
    data = {"email": "nobody@example.org", "password": "wrong guess", "csrf_token": token}
    with pytest.raises(urllib.error.HTTPError) as refused:
        browser.open(address, urlencode(data).encode())
    refused.value.close()
    return refused.value.code


class TestMails:
    def mails(self, app):
        with app.app_context():
            return db.session.scalar(select(func.count(Job.id)).where(Job.kind == "mail"))

    def ask(self, app, email, address):
        data = {"email": email}
        return Pages(app).post("/forgotten-password", data, environ_base={"REMOTE_ADDR": address}).status

    def test_100_requests_for_one_mailbox_are_three_mails(self, app, ina):
        before = self.mails(app)
        assert Counter(self.ask(app, ina.email, ATTACKER) for _ in range(100)) == {303: 3, 429: 97}
        assert self.mails(app) - before == 3
        assert self.ask(app, ina.email, HERS) == 303  # her own request is not refused

    def test_requests_from_many_addresses_are_five_mails_an_hour(self, app, ina, later):
        tried = Counter(self.ask(app, ina.email, f"203.0.113.{n}") for n in range(100))
        assert tried == {303: 5, 429: 95}
        later(minutes=61)
        assert self.ask(app, ina.email, ATTACKER) == 303

    def test_requests_for_many_mailboxes_are_limited_by_address(self, app):
        tried = Counter(self.ask(app, f"person{n}@example.org", ATTACKER) for n in range(100))
        assert tried == {303: 60, 429: 40}
        assert self.ask(app, "person1@example.org", HERS) == 303

    def test_an_unknown_mailbox_is_refused_in_the_same_words(self, app, ina):
        texts = set()
        for email in (ina.email, "nobody@example.org"):
            for _ in range(4):
                page = Pages(app).post("/forgotten-password", {"email": email})
            texts.add((page.status, page.text))
        assert len(texts) == 1
        assert "Several emails to this address were already requested." in page.text

    def test_confirmations_are_limited(self, app, pages, ina):
        hers = pages.as_(ina)
        before = self.mails(app)
        assert Counter(hers.post("/confirm-email").status for _ in range(40)) == {303: 3, 429: 37}
        assert self.mails(app) - before <= 3

    def test_accounts_for_one_mailbox_are_limited(self, app):
        data = {"given_name": "Ina", "family_name": "Member", "email": "new@example.org", "password": PASSWORD}
        tried = [Pages(app).post("/sign-up", data).status for _ in range(6)]
        assert tried[0] == 303
        assert self.mails(app) <= 3

    def test_accounts_from_one_address_are_limited(self, app, monkeypatch):
        monkeypatch.setattr("course.people.accounts.passwords.hash_password", lambda _: QUICK_HASH)
        limits = factories.replaced(actions.throttle.SIGN_UPS, network=actions.throttle.parse("3 per hour"))
        monkeypatch.setattr(actions.throttle, "SIGN_UPS", limits)
        tried = []
        for n in range(5):
            data = {"given_name": "Ina", "family_name": "Member", "email": f"new{n}@example.org", "password": PASSWORD}
            tried.append(Pages(app).post("/sign-up", data).status)
        assert tried == [303] * 3 + [429] * 2

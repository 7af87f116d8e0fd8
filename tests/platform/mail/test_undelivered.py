"""A mail that can't be delivered is given up and shown, one that waits is shown, and nothing else waits for either."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest

from course.people.accounts import actions as accounts
from course.platform import clock, db, jobs
from course.platform.config import ROOT
from course.platform.db import unit_of_work
from course.platform.jobs import Job
from course.platform.mail import actions
from course.site import site_of
from tests import factories
from tests.smtp import Received, Silent, server

DAY = timedelta(days=1)
LINK = "https://x.example/confirm-email/secret"


@pytest.fixture
def refusing_app(app, mailbox):
    config = factories.replaced(site_of(app).config, smtp_url=mailbox.url)
    factories.change_site(app, config=config)
    return app


@pytest.fixture
def later(monkeypatch):
    """Return a function that moves the clock."""
    start = clock.now()
    return lambda by: monkeypatch.setattr(clock, "now", lambda: start + by)


@unit_of_work
def put(key="one", *, to="lena@example.org", expires=None):
    values = {"template": "confirm-email", "name": "Lena", "link": LINK}
    jobs.put("mail", key=key, now=clock.now(), expires=expires, to=to, **values)


def only_job(app) -> Job:
    with app.app_context():
        return db.session.query(Job).one()


@pytest.mark.parametrize("when", ["RCPT", "DATA"])
def test_a_permanent_refusal_ends_the_tries(refusing_app, mailbox, later, when):
    mailbox.refusals[when] = "550 5.1.1 no such user"
    with refusing_app.app_context():
        put()
    for day in range(9):
        later(day * DAY)
        jobs.drain(refusing_app)
    assert mailbox.tries == 1
    assert only_job(refusing_app).last_error == "The mail server refused it: 550 5.1.1 no such user"


def test_an_address_that_the_server_cannot_write_ends_the_tries(app, later):
    with server(Received(), enable_SMTPUTF8=False) as port, app.app_context():
        config = factories.replaced(site_of(app).config, smtp_url=f"smtp://127.0.0.1:{port}")
        factories.change_site(app, config=config)
        put(to="josé@example.org")
        jobs.drain(app)
        later(DAY)
        jobs.drain(app)
    job = only_job(app)
    assert (job.tries, job.failed_at is not None) == (1, True)
    assert "SMTPUTF8" in job.last_error


def test_a_domain_in_other_letters_is_delivered_under_its_ascii_name(refusing_app, mailbox):
    with refusing_app.app_context():
        put(to="ina@exämple.org")
    assert jobs.drain(refusing_app) == 1
    assert mailbox.messages[0]["To"] == "ina@xn--exmple-cua.org"


def test_a_temporary_refusal_is_tried_again_until_it_is_accepted(refusing_app, mailbox, later):
    mailbox.refusals["RCPT"] = "451 4.7.1 greylisted"
    with refusing_app.app_context():
        put()
    jobs.drain(refusing_app)
    mailbox.refusals.clear()
    later(timedelta(minutes=3))
    assert jobs.drain(refusing_app) == 1
    assert len(mailbox.messages) == 1


def test_a_mail_is_given_up_after_about_five_days_of_temporary_refusals(refusing_app, mailbox, later):
    mailbox.refusals["RCPT"] = "451 4.7.1 greylisted"
    with refusing_app.app_context():
        put()
    for hour in range(0, 9 * 24, 3):
        later(timedelta(hours=hour))
        jobs.drain(refusing_app)
    job = only_job(refusing_app)
    assert timedelta(days=4) < job.failed_at - job.created_at < timedelta(days=8)


def test_a_mail_whose_link_has_expired_is_not_sent_and_keeps_no_link(refusing_app, mailbox, later):
    with refusing_app.app_context():
        put(expires=clock.now() + timedelta(hours=2))
    later(timedelta(hours=2, seconds=9))
    assert jobs.drain(refusing_app) == 0
    assert mailbox.messages == []
    assert only_job(refusing_app).payload == {"to": "lena@example.org", "template": "confirm-email"}


def test_links_that_open_an_account_are_mailed_no_later_than_they_work(app, learner):
    with app.app_context():
        accounts.request_reset(learner.email, now=clock.now())
    job = only_job(app)
    assert job.expires_at - job.created_at == timedelta(hours=2)


def test_the_person_and_the_administrator_see_a_failed_mail(refusing_app, mailbox, pages, learner, admin):
    mailbox.refusals["RCPT"] = "550 no such user"
    with refusing_app.app_context():
        put()
        put("two", to="else@example.org")
    jobs.drain(refusing_app)
    mine = pages.as_(learner).get("/profile").text
    assert "An email could not be delivered to lena@example.org" in mine
    assert "else@example.org" not in mine
    assert "550 no such user" in mine
    console = pages.as_(admin).get("/admin/mails/").text
    assert "2 failed, 0 waiting" in console
    assert "550 no such user" in console
    assert "Emails not delivered 2" in pages.as_(admin).get("/admin/").text
    assert LINK not in pages.as_(admin).get("/admin/mails/").html


def test_the_person_and_the_administrator_see_a_mail_that_waits(app, pages, learner, admin):
    with app.app_context():
        put()
    assert "An email to lena@example.org waits to be sent" in pages.as_(learner).get("/profile").text
    assert "0 failed, 1 waiting" in pages.as_(admin).get("/admin/mails/").text


def test_an_administrator_sends_failed_mails_again(refusing_app, mailbox, pages, admin):
    mailbox.refusals["RCPT"] = "550 no such user"
    with refusing_app.app_context():
        put()
        put("two")
    jobs.drain(refusing_app)
    mailbox.refusals.clear()
    assert pages.as_(admin).post("/admin/mails/1/retry").status == 303
    assert jobs.drain(refusing_app) == 1
    assert pages.as_(admin).post("/admin/mails/retry").status == 303
    assert jobs.drain(refusing_app) == 1
    assert len(mailbox.messages) == 2
    assert "Every email was delivered" in pages.as_(admin).get("/admin/mails/").text


def test_a_mail_with_an_expired_link_is_not_sent_again(refusing_app, mailbox, pages, admin, later):
    mailbox.refusals["RCPT"] = "550 no such user"
    with refusing_app.app_context():
        put(expires=clock.now() + timedelta(hours=2))
    jobs.drain(refusing_app)
    later(timedelta(hours=3))
    assert "Send again" not in pages.as_(admin).get("/admin/mails/").text
    assert pages.as_(admin).post("/admin/mails/1/retry").status == 404
    with refusing_app.app_context():
        actions.clean_up(clock.now())
    assert "link" not in only_job(refusing_app).payload


def test_failed_mails_are_forgotten_after_a_month(refusing_app, mailbox, later):
    mailbox.refusals["RCPT"] = "550 no such user"
    with refusing_app.app_context():
        put()
    jobs.drain(refusing_app)
    later(31 * DAY)
    with refusing_app.app_context():
        actions.clean_up(clock.now())
    assert only_job(refusing_app).payload == {}


def test_a_wrong_password_of_the_site_fails_no_mail(refusing_app, mailbox, later):
    mailbox.refusals["RCPT"] = "530 5.7.0 authentication required"
    with refusing_app.app_context():
        put()
    jobs.drain(refusing_app)
    assert only_job(refusing_app).failed_at is None


def test_a_silent_mail_server_holds_up_no_deadline(app, learner, config):
    """A real worker has a mail at hand, whose server never answers, and then the end of an attempt."""
    factories.set_rules(app, minutes=30)
    silent = Silent()
    with app.app_context():
        for number in range(5):
            put(f"mail-{number}")
    attempt = factories.start_attempt(app, learner, now=clock.now() - timedelta(hours=1))
    environ = {
        "PATH": os.environ["PATH"],
        "COURSE_DATA": str(config.data),
        "SECRET_KEY": config.secret_key,
        "SMTP_URL": f"smtp://127.0.0.1:{silent.port}",
    }
    worker = subprocess.Popen([sys.executable, "-m", "course", "worker"], cwd=ROOT, env=environ)
    try:
        until = time.monotonic() + 60
        while not (silent.accepted and _is_submitted(app, attempt)) and time.monotonic() < until:
            time.sleep(0.1)
        assert _is_submitted(app, attempt)
        assert len(silent.accepted) == 1  # the first mail still waits for an answer
    finally:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 0


def _is_submitted(app, attempt) -> bool:
    with app.app_context():
        return db.session.get_one(type(attempt), attempt.id).submitted_at is not None

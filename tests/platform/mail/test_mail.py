"""Mails are sent by a real SMTP server, once for each cause, and none is lost in a crash."""

import os
import shutil
import signal
import smtplib
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from course import create_app
from course.platform import clock, db, jobs
from course.platform.config import ROOT
from course.platform.db import unit_of_work
from course.platform.jobs import Job
from course.platform.mail import message, views
from course.site import site_of
from tests import factories
from tests.pages import Pages


@pytest.fixture
def sending_app(config, catalog, migrated, mailbox):
    shutil.copy(migrated, config.data / "course.db")
    app = create_app(factories.replaced(config, smtp_url=mailbox.url, mail_from="Courses <c@example.org>"), catalog)
    yield app
    site_of(app).engines.writing.dispose()


@unit_of_work
def put(key="one", now=None, **payload):
    payload = {"to": "nina@example.org", "template": "confirm-email", "name": "Nina", "link": "https://x/y"} | payload
    jobs.put("mail", key=key, now=now or clock.now(), **payload)


def test_a_mail_arrives_with_its_sender_subject_and_text(sending_app, mailbox):
    with sending_app.app_context():
        put()
    assert jobs.drain(sending_app) == 1
    mail = mailbox.messages[0]
    assert (mail["To"], mail["From"], mail["Subject"]) == (
        "nina@example.org",
        "Courses <c@example.org>",
        "Confirm your email",
    )
    assert "https://x/y" in mail.get_content()


def test_a_second_run_sends_nothing(sending_app, mailbox):
    with sending_app.app_context():
        put()
    assert [jobs.drain(sending_app), jobs.drain(sending_app)] == [1, 0]
    assert len(mailbox.messages) == 1


def test_the_same_cause_adds_one_job(sending_app):
    with sending_app.app_context():
        put()
        with pytest.raises(Exception, match="UNIQUE"):
            put()


def test_a_mail_of_a_failed_transaction_is_never_sent(sending_app, mailbox):
    @unit_of_work
    def fail():
        put()
        raise RuntimeError

    with sending_app.app_context(), pytest.raises(RuntimeError):
        fail()
    assert jobs.drain(sending_app) == 0


def test_a_mail_is_sent_later_if_the_server_is_down(sending_app, mailbox, monkeypatch):
    def refuse(*_):
        raise smtplib.SMTPServerDisconnected("down")

    with sending_app.app_context():
        put()
    with monkeypatch.context() as broken:
        broken.setattr(message, "send", refuse)
        assert jobs.drain(sending_app) == 0
    with sending_app.app_context():
        assert db.session.query(Job).one().last_error == "down"
        assert jobs.waiting() == 1
    later = clock.now() + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert jobs.drain(sending_app) == 1
    assert len(mailbox.messages) == 1


def test_a_mail_claimed_by_a_dead_worker_is_still_sent(sending_app, mailbox, monkeypatch):
    with sending_app.app_context():
        put()
        jobs.claim(clock.now())  # as by a worker that then dies
    assert jobs.drain(sending_app) == 0
    later = clock.now() + jobs.CLAIM_TIME + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert jobs.drain(sending_app) == 1


def test_a_repeat_after_a_crash_has_the_same_message_id(sending_app):
    with sending_app.app_context():
        values = {"to": "a@example.org", "template": "confirm-email", "name": "A", "link": "https://x"}
        ids = {message.compose(7, "c@example.org", **values)["Message-ID"] for _ in range(2)}
    assert ids == {"<course-job-7@example.org>"}


def test_a_password_is_never_sent_unencrypted(sending_app, mailbox):
    url = mailbox.url.replace("smtp://", "smtp://user:secret@")
    with sending_app.app_context(), pytest.raises(message.MailNotSafe):
        message.send(
            message.compose(1, "c@example.org", to="a@example.org", template="confirm-email", name="", link=""), url
        )


def test_two_concurrent_workers_send_each_mail_once(either_app):
    with either_app.app_context():
        for number in range(20):
            put(key=f"mail-{number}")
    with ThreadPoolExecutor(2) as pool:
        sent = list(pool.map(lambda _: jobs.drain(either_app), range(2)))
    assert sum(sent) == 20
    assert len(list(site_of(either_app).mailbox.iterdir())) == 20


def test_a_running_worker_does_new_jobs_and_stops_on_sigterm(tmp_path, config, app):
    environ = {"PATH": os.environ["PATH"], "COURSE_DATA": str(config.data), "SECRET_KEY": config.secret_key}
    worker = subprocess.Popen([sys.executable, "-m", "course", "worker"], cwd=ROOT, env=environ)
    with app.app_context():
        put()
    deadline = time.monotonic() + 60
    while not list(site_of(app).mailbox.glob("*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    assert jobs.drain(app) == 0


def test_other_hourly_tasks_still_run_if_one_fails(app, caplog):
    done = []
    hourly = {"broken": lambda _now: 1 / 0, "sound": done.append}
    factories.change_site(app, queue=factories.replaced(site_of(app).queue, hourly=hourly))
    jobs.run_hourly(app)
    assert len(done) == 1
    assert "the hourly task broken failed" in caplog.text


class TestLocalMailbox:
    def test_it_shows_stored_mails_to_the_browser_that_opened_the_printed_link(self, app, pages):
        with app.app_context():
            put()
        jobs.drain(app)
        assert "Confirm your email" in pages.mails().text

    def test_pages_link_to_it_only_in_that_browser(self, app, pages, admin):
        stranger = pages.as_(admin)
        stranger.post("/confirm-email")
        assert "local mailbox" not in stranger.get("/profile").text
        opened = pages.as_(admin)
        opened.mails()
        opened.post("/confirm-email")
        assert "Open the local mailbox" in opened.get("/profile").text

    @pytest.mark.parametrize("settings", [{"public_url": "https://x.example"}, {"smtp_url": "smtp://127.0.0.1"}])
    def test_it_is_closed_if_the_site_is_public_or_sends_mails(self, config, catalog, migrated, settings):
        shutil.copy(migrated, config.data / "course.db")
        app = create_app(factories.replaced(config, **settings), catalog)
        assert Pages(app).get("/mailbox/").status == 404
        with app.app_context():
            assert views.way_in() is None
            token = views._token()
        assert Pages(app).get(f"/mailbox/{token}").status == 404
        site_of(app).engines.writing.dispose()

"""Mails leave by a real SMTP server, once for each cause, and none is lost in a crash."""

import shutil
import smtplib
from datetime import timedelta

import pytest

from course import create_app
from course.platform import clock, db, jobs
from course.platform.db import unit_of_work
from course.platform.jobs import Job
from course.platform.mail import message
from course.site import site_of
from tests import factories


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


def test_a_mail_arrives_whole(sending_app, mailbox):
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


def test_the_same_cause_writes_one_job(sending_app):
    with sending_app.app_context():
        put()
        with pytest.raises(Exception, match="UNIQUE"):
            put()


def test_a_mail_of_a_transaction_that_failed_is_never_sent(sending_app, mailbox):
    @unit_of_work
    def fail():
        put()
        raise RuntimeError

    with sending_app.app_context(), pytest.raises(RuntimeError):
        fail()
    assert jobs.drain(sending_app) == 0


def test_a_mail_waits_while_the_server_is_down_and_goes_later(sending_app, mailbox, monkeypatch):
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


def test_a_mail_claimed_by_a_worker_that_died_is_sent_after_all(sending_app, mailbox, monkeypatch):
    with sending_app.app_context():
        put()
        jobs._claim(clock.now())  # and the worker dies here
    assert jobs.drain(sending_app) == 0
    later = clock.now() + jobs.CLAIM + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert jobs.drain(sending_app) == 1


def test_a_repeat_after_a_crash_carries_the_same_message_id(sending_app):
    with sending_app.app_context():
        values = {"to": "a@example.org", "template": "confirm-email", "name": "A", "link": "https://x"}
        ids = {message.compose(7, "c@example.org", **values)["Message-ID"] for _ in range(2)}
    assert ids == {"<course-job-7@example.org>"}


def test_a_password_is_never_sent_in_the_clear(sending_app, mailbox):
    url = mailbox.url.replace("smtp://", "smtp://user:secret@")
    with sending_app.app_context(), pytest.raises(message.MailNotSafe):
        message.send(
            message.compose(1, "c@example.org", to="a@example.org", template="confirm-email", name="", link=""), url
        )


def test_a_commit_wakes_the_worker(app):
    with app.app_context():
        put()
    assert site_of(app).queue.huey.pending_count() == 1


def test_with_several_machines_the_wake_up_goes_through_redis(config, catalog, migrated, redis):
    shutil.copy(migrated, config.data / "course.db")
    here, there = (create_app(factories.replaced(config, queue_url=redis), catalog) for _ in range(2))
    with here.app_context():
        put()
    task = site_of(there).queue.huey.dequeue()
    site_of(there).queue.huey.execute(task)
    with here.app_context():
        assert jobs.waiting() == 0
    for app in (here, there):
        site_of(app).queue.huey.storage.conn.close()
        site_of(app).engines.writing.dispose()


class TestLocalMailbox:
    def test_it_shows_kept_mails_on_this_machine(self, app, pages):
        with app.app_context():
            put()
        jobs.drain(app)
        assert "Confirm your email" in pages.get("/mailbox/").text

    @pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
    def test_it_is_closed_to_forwarded_requests(self, pages, header):
        assert pages.get("/mailbox/", headers={header: "127.0.0.1"}).status == 404

    def test_it_is_closed_to_names_that_merely_point_here(self, pages):
        assert pages.get("/mailbox/", base_url="http://evil.example").status == 404

    def test_it_is_closed_to_other_machines(self, pages):
        assert pages.get("/mailbox/", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status == 404

    @pytest.mark.parametrize("settings", [{"public_url": "https://x.example"}, {"smtp_url": "smtp://127.0.0.1"}])
    def test_it_is_closed_once_the_site_is_public_or_mails_leave(self, config, catalog, migrated, settings):
        shutil.copy(migrated, config.data / "course.db")
        app = create_app(factories.replaced(config, **settings), catalog)
        assert app.test_client().get("/mailbox/").status_code == 404
        site_of(app).engines.writing.dispose()

"""Somebody with the database, but without the keys, changes or deletes what the audit log says."""

import itertools
from datetime import timedelta

import pytest
from sqlalchemy import text

from course.certificates.issuing import ending
from course.certificates.issuing.models import Reason
from course.platform import clock, db
from course.platform.audit.log import Event, record
from course.platform.audit.models import AuditEvent
from course.platform.db import unit_of_work
from course.reporting.records import seal_actions
from course.site import site_of
from tests import factories

TABLES = ("audit_event", "revocation", "certificate")


HOURS = itertools.count(1)


def seal(app):
    """Seal all events, as the worker does after a while."""
    with app.app_context():
        while seal_actions.step(clock.now() + timedelta(hours=next(HOURS))):
            pass


def faults(app):
    with app.app_context():
        return [one.words for one in seal_actions.faults()]


def tamper(app, *statements):
    """Change rows as the owner of the database can, who can also drop the triggers that refuse it."""
    engine = site_of(app).engines.writing
    with engine.begin() as connection:
        for table in TABLES:
            if engine.dialect.name == "sqlite":
                for act in ("update", "delete"):
                    connection.execute(text(f"DROP TRIGGER IF EXISTS guard_{table}_{act}"))
            else:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for statement in statements:
            assert connection.execute(text(statement)).rowcount > 0, statement


@unit_of_work
def write(number=1):
    for n in range(number):
        record(Event.BULK_STARTED, None, f"bulk:{n}", person_id=None, now=clock.now(), requests=n)


@pytest.fixture
def logged(either_app):
    """Return the app with a log that has been sealed twice."""
    for _ in range(2):
        with either_app.app_context():
            write(5)
        seal(either_app)
    return either_app


def test_a_log_that_nobody_touched_has_no_faults(logged):
    assert faults(logged) == []


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_event WHERE id = 2",
        "DELETE FROM audit_event WHERE id = 10",
        "DELETE FROM audit_event WHERE id > 3",
        "UPDATE audit_event SET at = '2020-01-01 00:00:00+00:00' WHERE id = 2",
        "UPDATE audit_event SET actor_name = 'x' WHERE id = 2",
        "UPDATE audit_event SET details = '{\"requests\": 99}' WHERE id = 2",
        "UPDATE audit_event SET subject = 'bulk:9' WHERE id = 2",
        "UPDATE audit_event SET address = '192.0.2.1' WHERE id = 2",
        "UPDATE audit_event SET id = 100 WHERE id = 5",
    ],
)
def test_a_changed_or_deleted_event_is_found(logged, statement):
    tamper(logged, statement)
    assert any("not as they were sealed" in words for words in faults(logged))


def test_an_event_that_is_slipped_in_is_found(logged):
    tamper(logged, "UPDATE audit_event SET id = 100 WHERE id = 3")
    tamper(logged, "UPDATE audit_event SET id = 3 WHERE id = 4")
    assert any("not as they were sealed" in words for words in faults(logged))


def test_a_log_that_was_cut_off_with_its_seals_is_found_by_the_seal_in_the_data_folder(logged):
    tamper(logged, "DELETE FROM audit_event WHERE id > 5", "DELETE FROM audit_seal WHERE last_id > 5")
    assert any("in the data folder only" in words for words in faults(logged))


def test_a_seal_without_the_key_is_found(logged):
    with logged.app_context():
        before = seal_actions.queries.latest_seal()
        events = seal_actions.queries.events_between(5, 9)
        first = seal_actions.queries.seals_after(0)[0]
        forged = seal_actions.sealing.digest(first.digest, events)
    tamper(
        logged,
        "DELETE FROM audit_event WHERE id = 10",
        f"UPDATE audit_seal SET digest = '{forged}', last_id = 9 WHERE last_id = {before.last_id}",
    )
    assert any("no valid signature" in words for words in faults(logged))


def test_a_revocation_that_was_deleted_with_its_event_is_found(either_app):
    learner = factories.person(either_app, "Lena Learner")
    admin = factories.person(either_app, "Ada Admin", role="admin")
    certificate = factories.issue(either_app, learner, admin)
    with either_app.app_context():
        ending.revoke(certificate, Reason.AT_REQUEST, "asked by phone", actor=admin, now=factories.NOON)
    seal(either_app)
    assert faults(either_app) == []
    tamper(
        either_app,
        "DELETE FROM revocation",
        f"DELETE FROM audit_event WHERE event = '{Event.CERTIFICATE_REVOKED}'",
    )
    assert any("not as they were sealed" in words for words in faults(either_app))


@pytest.mark.parametrize("change", ["points = '1'", "scored = 3", "passed = NOT passed"])
def test_a_changed_score_is_found(either_app, change):
    learner = factories.person(either_app, "Lena Learner")
    factories.sit(either_app, learner)
    assert faults(either_app) == []
    tamper(either_app, f"UPDATE attempt SET {change}")
    assert any("in the log" in words for words in faults(either_app))


def test_events_are_sealed_once_a_minute_and_many_at_a_time(either_app, monkeypatch):
    monkeypatch.setattr(seal_actions, "EVENTS_PER_SEAL", 3)
    with either_app.app_context():
        write(7)
    seal(either_app)
    assert faults(either_app) == []
    with either_app.app_context():
        write()
        now = seal_actions.queries.latest_seal().sealed_at
        assert not seal_actions.step(now + timedelta(seconds=30))
        assert seal_actions.step(now + timedelta(seconds=61))


def test_an_event_has_the_address_that_the_request_came_from(app):
    with app.test_request_context(method="POST", environ_base={"REMOTE_ADDR": "192.0.2.7"}):
        write()
    with app.app_context():
        assert db.session.query(AuditEvent.address).order_by(AuditEvent.id.desc()).first() == ("192.0.2.7",)

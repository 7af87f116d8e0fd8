"""Migrations on both databases: up, down, equal to the models, and changes that the database refuses."""

import json
from fractions import Fraction

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from course import migrate
from course.assessment.attempts import wording
from course.assessment.attempts.models import Attempt, AttemptItem, ItemVersion
from course.certificates.approvals.coverage import identity
from course.certificates.approvals.models import Approval
from course.certificates.directory.models import DirectoryName
from course.people.accounts.models import License, User
from course.platform.db import new_engine
from course.tables import metadata


def is_ours(name, _type, _parents) -> bool:
    """Return whether a model defines it. The full-text index has tables, a column and an index without a model."""
    return not (name or "").startswith("search_words")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        server = request.getfixturevalue("postgres_server")
        yield server.create("empty")
        server.drop("empty")


def test_an_empty_database_is_upgraded_to_the_models_and_downgraded(url):
    migrate.upgrade(url)
    engine = new_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"include_name": is_ours}), metadata) == []
    assert migrate.is_current(engine)
    migrate.downgrade(url)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    migrate.upgrade(url)
    assert migrate.is_current(engine)
    engine.dispose()


@pytest.mark.parametrize("change", ["UPDATE audit_event SET actor_name = 'x'", "DELETE FROM audit_event"])
def test_the_audit_log_refuses_changes(url, change):
    migrate.upgrade(url)
    engine = new_engine(url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO audit_event (at, actor_name, event, subject, details)"
                " VALUES ('2026-01-01 00:00:00+00:00', 'a', 'e', 's', '{}')"
            )
        )
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(change))
    engine.dispose()


OLD_CONTENT = {
    "id": "thorax-001",
    "objective": "pleura-limits",
    "type": "single",
    "level": "recall",
    "difficulty": 1,
    "stem": "How far?",
    "options": [{"id": "a", "text": "Near"}, {"id": "b", "text": "Far"}],
    "key": ["b"],
    "rationale": "So far. [@S55]",
    "must_pass": False,
    "sources": [],
    "objective_text": "Say how far.",
    "references": [{"id": "S55", "title": "T", "source": "S", "year": 2000, "link": None}],
}
OLD_ROWS = """
INSERT INTO "user" (id, code, email, legal_name, password_hash, role, session_epoch, created_at, is_demo)
  VALUES (1, '00000000000000000000000000000001', 'a@b.c', 'A', 'x', 'learner', 0, '2026-01-01 00:00:00+00:00', false);
INSERT INTO attempt (id, code, user_id, assessment_id, number, seed, content_hash, pass_mark, started_at, submitted_at,
  correct, scored, passed) VALUES (1, '00000000000000000000000000000002', 1, 'thorax', 1, 's', 'h', 80,
  '2026-01-01 00:00:00+00:00', '2026-01-01 01:00:00+00:00', 1, 2, false);
INSERT INTO attempt_item (id, attempt_id, position, item_id, type, item_digest, option_order)
  VALUES (1, 1, 1, 'thorax-001', 'single', 'd', '["a", "b"]'), (2, 1, 2, 'thorax-001', 'single', 'd', '["b", "a"]');
INSERT INTO answer (id, attempt_id, position, serial, choice, saved_at) VALUES
  (1, 1, 1, 1, '["a"]', '2026-01-01 00:10:00+00:00'), (2, 1, 1, 2, '["b"]', '2026-01-01 00:11:00+00:00'),
  (3, 1, 2, 1, '["a"]', '2026-01-01 00:12:00+00:00');
"""


def test_0003_keeps_scores_item_by_item_and_wordings_readable(url):
    migrate.upgrade(url, "0002")
    engine = new_engine(url)
    with engine.begin() as connection:
        insert = text("INSERT INTO item_version (digest, item_id, content) VALUES ('d', 'thorax-001', :content)")
        connection.execute(insert, {"content": json.dumps(OLD_CONTENT)})
        for statement in OLD_ROWS.strip().rstrip(";").split(";"):
            connection.exec_driver_sql(statement)
    engine.dispose()
    migrate.upgrade(url)
    with Session(engine) as session:
        assert session.get_one(Attempt, 1).points == Fraction(1)
        assert [row.points for row in session.query(AttemptItem).order_by(AttemptItem.position)] == [1, 0]
        kept = wording.read(session.get_one(ItemVersion, "d").content)
    assert (kept.item.stem, kept.item.solution, kept.objective) == ("How far?", ["b"], "Say how far.")
    assert [reference.id for reference in kept.references] == ["S55"]
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text("UPDATE item_version SET item_id = 'x'"))
    engine.dispose()


APPROVAL = """
INSERT INTO approval (id, code, course_id, approver, number, states, course_version, content_hash, speakers, minutes,
  first_day, last_day, recorded_at, recorded_by, withdrawn_at, withdrawn_why, withdrawn_from) VALUES
  ({id}, '0000000000000000000000000000000{id}', 'c', '{approver}', 'TX-88', '["TX"]', '1', 'h', '[]', '{{"in_person": 9}}',
  '2026-01-01', '{last_day}', '2026-01-01 00:00:00+00:00', 'Ada', {withdrawn})
"""
STANDS, WITHDRAWN = "NULL, NULL, NULL", "'2026-02-01 00:00:00+00:00', 'taken back', '2026-02-01'"


def test_0013_marks_approvals_that_were_recorded_twice_and_loses_none(url):
    migrate.upgrade(url, "0012")
    engine = new_engine(url)
    rows = [
        {"id": 1, "approver": "Board", "last_day": "2026-12-31", "withdrawn": WITHDRAWN},
        {"id": 2, "approver": "Board", "last_day": "2026-12-31", "withdrawn": STANDS},
        {"id": 3, "approver": " BOARD", "last_day": "2026-12-31", "withdrawn": STANDS},
        {"id": 4, "approver": "Board", "last_day": "2027-12-31", "withdrawn": STANDS},
    ]
    with engine.begin() as connection:
        for row in rows:
            connection.exec_driver_sql(APPROVAL.format(**row).replace("%", "%%"))
    engine.dispose()
    migrate.upgrade(url)
    with Session(engine) as session:
        found = session.query(Approval).order_by(Approval.id).all()
        assert {one.id: one.duplicate_of_id for one in found} == {1: None, 2: None, 3: 2, 4: None}
        for one in found:
            assert one.identity == identity(one.course_id, one.approver, one.number, one.states, one.terms)
    engine.dispose()


ROWS_BEFORE_NAME_PARTS = """
INSERT INTO "user" (id, code, email, legal_name, password_hash, role, session_epoch, created_at, is_demo, is_reviewer,
  license_mails) VALUES (1, '00000000000000000000000000000001', 'first_last@b.c', 'Kaʻohu Ångström', 'x', 'learner', 0,
  '2026-01-01 00:00:00+00:00', false, false, true);
INSERT INTO license (id, code, user_id, jurisdiction, profession, number)
  VALUES (1, '00000000000000000000000000000002', 1, 'FL', 'PT', 'PT-40.213');
INSERT INTO certificate (id, code, user_id, course_id, cycle, revision, request_id, name, facts, content_hash,
  template_version, document, document_sha256, issued_at, issued_by) VALUES (1, 'A', 1, 'c', 1, 1, 1, 'Kaʻohu Ångström',
  '{}', 'h', 'v', '', 'h', '2026-01-01 00:00:00+00:00', 'Ada');
INSERT INTO directory_name (user_id, course_id, cycle, key, state)
  VALUES (1, 'c', 1, 'kaʻohu angstrom', 'FL'), (1, 'c', 1, 'angstrom kaʻohu', 'FL');
"""


def test_names_before_their_parts_were_asked_for_stay_and_are_found(url):
    migrate.upgrade(url, "0005")
    engine = new_engine(url)
    with engine.begin() as connection:
        for statement in ROWS_BEFORE_NAME_PARTS.strip().rstrip(";").split(";"):
            connection.exec_driver_sql(statement)
    engine.dispose()
    migrate.upgrade(url)
    with Session(engine) as session:
        user = session.get_one(User, 1)
        assert (user.legal_name, user.name_parts) == ("Kaʻohu Ångström", None)
        assert user.search_key == "kaohu angstrom first_last@b c"
        assert session.get_one(License, 1).search_key == "pt 40 213 pt40213"
        assert set(session.scalars(select(DirectoryName.key))) == {
            "ka ohu angstrom",
            "ohu angstrom ka",
            "angstrom ka ohu",
        }
    engine.dispose()

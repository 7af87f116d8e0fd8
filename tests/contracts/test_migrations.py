"""Migrations on both databases: up, down, equal to the models; and what the database itself refuses."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from course import migrate
from course.db import new_engine
from course.tables import metadata


def is_ours(name, _type, _parents) -> bool:
    """The full-text index has tables, a column and an index that no model knows."""
    return not (name or "").startswith("search_words")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        server = request.getfixturevalue("postgres_server")
        yield server.create("empty")
        server.drop("empty")


def test_an_empty_database_goes_up_agrees_with_the_models_and_comes_down(url):
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
def test_the_audit_log_refuses_change(url, change):
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

"""Every table with data about a person has a rule for the time after the account is closed."""

from sqlalchemy import Table

from course.reporting.retention import queries
from course.reporting.retention.table_fates import FATES, Fate
from course.tables import metadata


def is_about_people(table: Table, seen: frozenset[str] = frozenset()) -> bool:
    """Return whether the table has a person's id, or belongs to rows that have one."""
    if table.name == "user" or set(table.c.keys()) & {*queries.PERSON_COLUMNS, "actor_id", "reviewer_id", "author_id"}:
        return True
    owners = {key.column.table for key in table.foreign_keys if key.column.table.name not in seen}
    return any(is_about_people(owner, seen | {table.name}) for owner in owners)


def test_every_table_about_a_person_has_a_fate():
    tables = {table.name for table in metadata.sorted_tables if is_about_people(table)}
    assert len(tables) > 25
    assert tables - set(FATES) == set(), "decide in course/reporting/retention/table_fates.py"
    assert set(FATES) - tables == set()


def test_rows_that_are_erased_can_be_found():
    for name, fate in FATES.items():
        if fate in {Fate.ERASED_AT_CLOSING, Fate.ERASED_LATER}:
            assert "user_id" in str(queries.is_about(metadata.tables[name], 1)), name


def test_no_kept_row_refers_to_an_erased_one():
    erased = {name for name, fate in FATES.items() if fate in {Fate.ERASED_AT_CLOSING, Fate.ERASED_LATER}}
    for table in metadata.sorted_tables:
        if table.name not in erased:
            assert {key.column.table.name for key in table.foreign_keys} & erased == set(), table.name

"""Every table with data about a person has a fate for the time after the account is closed."""

from sqlalchemy import Table

from course.reporting.retention import queries
from course.reporting.retention.table_fates import FATES, Fate
from course.tables import metadata


def knows_a_person(table: Table, seen: frozenset[str] = frozenset()) -> bool:
    """Return whether the table has a person's id, or belongs to rows that have one."""
    if table.name == "user" or set(table.c.keys()) & {*queries.PERSON_COLUMNS, "actor_id", "reviewer_id", "author_id"}:
        return True
    owners = {key.column.table for key in table.foreign_keys if key.column.table.name not in seen}
    return any(knows_a_person(owner, seen | {table.name}) for owner in owners)


def test_every_table_about_a_person_has_a_fate():
    knowing = {table.name for table in metadata.sorted_tables if knows_a_person(table)}
    assert len(knowing) > 25
    assert knowing - set(FATES) == set(), "decide in course/reporting/retention/table_fates.py"
    assert set(FATES) - knowing == set()


def test_rows_that_are_erased_can_be_found():
    for name, fate in FATES.items():
        if fate in {Fate.ERASED_AT_CLOSING, Fate.ERASED_LATER}:
            assert "user_id" in str(queries.is_about(metadata.tables[name], 1)), name


def test_no_kept_row_refers_to_an_erased_one():
    gone = {name for name, fate in FATES.items() if fate in {Fate.ERASED_AT_CLOSING, Fate.ERASED_LATER}}
    for table in metadata.sorted_tables:
        if table.name not in gone:
            assert {key.column.table.name for key in table.foreign_keys} & gone == set(), table.name

"""The parts of legal names, and the keys by which people are found."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from course.certificates.directory import name_keys
from course.people.accounts import license_number
from course.platform.folding import search_key

revision = "0014"
down_revision = "0013"

WITH_PARTS = ("user", "certificate_request", "name_correction")
LETTER_LIKE_APOSTROPHES = "\u02b9\u02bb\u02bc\u02bd"  # they were part of a word, so O'Neil did not find these names
BATCH_SIZE = 1000

user = sa.table("user", *map(sa.column, ("id", "legal_name", "email", "search_key")))
license_ = sa.table("license", *map(sa.column, ("id", "number", "search_key")))
directory = sa.table("directory_name", *map(sa.column, ("user_id", "course_id", "cycle", "key", "state")))
certificate = sa.table("certificate", *map(sa.column, ("user_id", "course_id", "cycle", "revision", "name")))


def upgrade() -> None:
    for table in WITH_PARTS:
        op.add_column(table, sa.Column("name_parts", sa.JSON()))
    op.add_column("user", sa.Column("confirmed_one_name", sa.String()))
    for table in ("user", "license"):
        op.add_column(table, sa.Column("search_key", sa.String(), nullable=False, server_default=""))
    _fill(user, lambda row: search_key(row.legal_name, row.email))
    _fill(license_, lambda row: search_key(row.number, license_number.key(row.number)))
    _relist_names_with_letter_like_apostrophes()


def _fill(table: sa.TableClause, key_of: Callable[[sa.Row[Any]], str]) -> None:
    connection = op.get_bind()
    change = sa.update(table).where(table.c.id == sa.bindparam("row")).values(search_key=sa.bindparam("key"))
    for rows in _batches(table):
        connection.execute(change, [{"row": row.id, "key": key_of(row)} for row in rows])


def _batches(table: sa.TableClause) -> Iterator[Sequence[sa.Row[Any]]]:
    last = 0
    while (
        rows := op.get_bind()
        .execute(sa.select(table).where(table.c.id > last).order_by(table.c.id).limit(BATCH_SIZE))
        .all()
    ):
        yield rows
        last = rows[-1].id


def _relist_names_with_letter_like_apostrophes() -> None:
    connection = op.get_bind()
    odd = sa.or_(*(directory.c.key.contains(sign) for sign in LETTER_LIKE_APOSTROPHES))
    awards = sa.select(directory.c.user_id, directory.c.course_id, directory.c.cycle, directory.c.state).where(odd)
    for award in connection.execute(awards.distinct()).all():
        of_award = {"user_id": award.user_id, "course_id": award.course_id, "cycle": award.cycle}
        newest = sa.select(certificate.c.name).filter_by(**of_award).order_by(certificate.c.revision.desc()).limit(1)
        keys = name_keys.keys(connection.scalars(newest).one())
        connection.execute(sa.delete(directory).filter_by(**of_award))
        connection.execute(sa.insert(directory), [award._asdict() | {"key": key} for key in keys])


def downgrade() -> None:
    for table in ("user", "license"):
        op.drop_column(table, "search_key")
    op.drop_column("user", "confirmed_one_name")
    for table in WITH_PARTS:
        op.drop_column(table, "name_parts")

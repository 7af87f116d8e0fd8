"""An approval counts once. Records of the same approval are marked as duplicates of the first one."""

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

COUNTS = sa.text("withdrawn_at IS NULL AND duplicate_of_id IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("approval") as batch_op:
        batch_op.add_column(sa.Column("identity", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("duplicate_of_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_approval_duplicate_of_id"), "approval", ["duplicate_of_id"], ["id"])
    with op.batch_alter_table("approval") as batch_op:
        batch_op.alter_column("identity", server_default=None)
    _identify()
    op.create_index(
        "uq_approval_identity", "approval", ["identity"], unique=True, sqlite_where=COUNTS, postgresql_where=COUNTS
    )


def _identify() -> None:
    """Give each approval its identity. A withdrawn one has no duplicates: the other may have been meant to stay."""
    approval, first = sa.Table("approval", sa.MetaData(), autoload_with=op.get_bind()), dict[str, int]()
    for row in op.get_bind().execute(sa.select(approval).order_by(approval.c.id)).all():
        identity = _identity(row)
        values: dict[str, Any] = {"identity": identity}
        if row.withdrawn_at is None and first.setdefault(identity, row.id) != row.id:
            values["duplicate_of_id"] = first[identity]
        op.execute(approval.update().where(approval.c.id == row.id).values(**values))


def _identity(row: Any) -> str:
    names = ["".join(text.casefold().split()) for text in (row.approver, row.number)]
    days = [day.isoformat() for day in (row.first_day, row.last_day)]
    parts = [row.course_id, *names, sorted(row.states), row.content_hash, row.speakers, row.minutes, *days]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def downgrade() -> None:
    op.drop_index("uq_approval_identity", "approval")
    op.execute("UPDATE approval SET duplicate_of_id = NULL")  # or SQLite could not copy the table
    with op.batch_alter_table("approval") as batch_op:
        batch_op.drop_constraint(op.f("fk_approval_duplicate_of_id"), type_="foreignkey")
        batch_op.drop_column("duplicate_of_id")
        batch_op.drop_column("identity")

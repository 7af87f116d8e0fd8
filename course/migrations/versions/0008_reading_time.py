"""Time on record: when a section was opened first, and how long it was read."""

import sqlalchemy as sa
from alembic import op

from course.platform.db import UTCDateTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "section_opening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.String(), nullable=False),
        sa.Column("section_id", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_section_opening_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section_opening")),
        sa.UniqueConstraint(
            "user_id", "module_id", "section_id", name=op.f("uq_section_opening_user_id_module_id_section_id")
        ),
    )
    for table in ("reading", "rereading"):
        op.add_column(table, sa.Column("seconds", sa.Integer()))  # null: completed before time was recorded
    op.add_column("certificate_request", sa.Column("is_short", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("certificate_request", sa.Column("short_reason", sa.String()))


def downgrade() -> None:
    for column in ("short_reason", "is_short"):
        op.drop_column("certificate_request", column)
    for table in ("rereading", "reading"):
        op.drop_column(table, "seconds")
    op.drop_table("section_opening")

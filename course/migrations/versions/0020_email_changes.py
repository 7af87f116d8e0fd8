"""Changes of email, which wait for a link and can be undone by another."""

import sqlalchemy as sa
from alembic import op

from course.platform.db import UTCDateTime

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "email_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("old_email", sa.String(), nullable=False),
        sa.Column("old_key", sa.String(), nullable=False),
        sa.Column("new_email", sa.String(), nullable=False),
        sa.Column("new_key", sa.String(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_email_change_user_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_email_change_asked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_change")),
        sa.UniqueConstraint("code", name=op.f("uq_email_change_code")),
    )
    op.create_index("ix_email_change_user_id", "email_change", ["user_id"], unique=False)
    op.create_index("ix_email_change_old_key", "email_change", ["old_key"], unique=False)


def downgrade() -> None:
    op.drop_table("email_change")

"""Files of forms that are shown again because of an error."""

import sqlalchemy as sa
from alembic import op

from course.platform.db import UTCDateTime

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "kept_file",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_kept_file_user_id")),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_kept_file")),
    )
    for column in ("user_id", "created_at"):
        op.create_index(op.f(f"ix_kept_file_{column}"), "kept_file", [column])


def downgrade() -> None:
    op.drop_table("kept_file")

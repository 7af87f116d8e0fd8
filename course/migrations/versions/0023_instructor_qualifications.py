"""What qualifies people to instruct."""

import sqlalchemy as sa
from alembic import op

from course.platform.db import UTCDateTime

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_table(
        "instructor_qualification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_instructor_qualification_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instructor_qualification")),
        sa.UniqueConstraint("code", name=op.f("uq_instructor_qualification_code")),
    )
    op.create_index("ix_instructor_qualification_user_id", "instructor_qualification", ["user_id"], unique=False)


def downgrade() -> None:
    op.drop_table("instructor_qualification")

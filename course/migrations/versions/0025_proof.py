"""What people state toward their states' requirements, and what an external credit taught."""

import sqlalchemy as sa
from alembic import op

from course.platform.db import UTCDateTime

revision = "0025"
down_revision = "0024"
CREDIT_COLUMNS = ("is_needling", "is_entry_level", "topics", "approvers")


def upgrade() -> None:
    op.create_table(
        "proof",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.Column("document_type", sa.String(), nullable=True),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("removed_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_proof_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof")),
        sa.UniqueConstraint("code", name=op.f("uq_proof_code")),
    )
    op.create_index(op.f("ix_proof_state"), "proof", ["state"])
    op.create_index(op.f("ix_proof_user_id"), "proof", ["user_id"])
    for name in CREDIT_COLUMNS[:2]:
        op.add_column("other_record", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    for name in CREDIT_COLUMNS[2:]:
        op.add_column("other_record", sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    for name in CREDIT_COLUMNS:
        op.drop_column("other_record", name)
    op.drop_table("proof")

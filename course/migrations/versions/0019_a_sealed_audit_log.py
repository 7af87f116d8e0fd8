"""The source address of audit events, and signed seals over the audit log."""

import sqlalchemy as sa
from alembic import op

from course.platform.db import UTCDateTime

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("audit_event", sa.Column("address", sa.String(), nullable=True))
    op.create_table(
        "audit_seal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("sealed_at", UTCDateTime(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("last_id", name=op.f("uq_audit_seal_last_id")),
    )


def downgrade() -> None:
    op.drop_table("audit_seal")
    op.drop_column("audit_event", "address")

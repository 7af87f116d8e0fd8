"""Mails that can't be delivered are given up and shown."""

import sqlalchemy as sa
from alembic import op

from course.platform.db import UTCDateTime

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("expires_at", UTCDateTime()))
    op.add_column("outbox", sa.Column("failed_at", UTCDateTime()))


def downgrade() -> None:
    op.drop_column("outbox", "failed_at")
    op.drop_column("outbox", "expires_at")

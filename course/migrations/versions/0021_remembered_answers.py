"""What the browser of a form that was sent twice remembers."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("sent_form", sa.Column("remembered", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("sent_form", "remembered")

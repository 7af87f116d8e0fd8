"""A license number that looks like a placeholder is accepted once its holder has confirmed it."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("license", sa.Column("number_confirmed", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("license") as batch_op:
        batch_op.drop_column("number_confirmed")

"""The credentials of reviewers, as another administrator verified them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("user", sa.Column("credentials", sa.String()))


def downgrade() -> None:
    op.drop_column("user", "credentials")

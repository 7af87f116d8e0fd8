"""The names of those who teach a lab, which stay when an account is gone."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.add_column("lab_instructor", sa.Column("name", sa.String(), nullable=False, server_default=""))
    op.execute(
        'UPDATE lab_instructor SET name = (SELECT legal_name FROM "user" WHERE "user".id = lab_instructor.user_id)'
    )


def downgrade() -> None:
    op.drop_column("lab_instructor", "name")

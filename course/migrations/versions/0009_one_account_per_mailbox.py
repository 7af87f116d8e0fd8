"""The email's key, which all spellings of one mailbox share."""

import logging

import sqlalchemy as sa
from alembic import op

from course.platform.mail import addresses

revision = "0009"
down_revision = "0008"

log = logging.getLogger(__name__)


def upgrade() -> None:
    op.add_column("user", sa.Column("email_key", sa.String(), nullable=False, server_default=""))
    user = sa.table("user", sa.column("id"), sa.column("email"), sa.column("email_key"))
    owners: dict[str, int] = {}
    people = op.get_bind().execute(sa.select(user.c.id, user.c.email).order_by(user.c.id)).all()
    for id_, email in sorted(people, key=lambda row: row.email != addresses.key(row.email)):
        key = addresses.key(email)
        if key in owners:
            log.warning("accounts %s and %s are of one mailbox: %s and %s", owners[key], id_, key, email)
            key = email
        owners[key] = id_
        op.execute(user.update().where(user.c.id == id_).values(email_key=key))
    op.create_index("ix_user_email_key", "user", ["email_key"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_user_email_key", "user")
    op.drop_column("user", "email_key")

"""The log of supervised treatment sessions. What a supervisor confirmed or declined no longer changes."""

import sqlalchemy as sa
from alembic import op

from course.platform.db import UTCDateTime

revision = "0024"
down_revision = "0023"

DECIDED = "OLD.confirmed_at IS NOT NULL OR OLD.declined_at IS NOT NULL"


def upgrade() -> None:
    op.create_table(
        "supervisor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("profession", sa.String(), nullable=True),
        sa.Column("jurisdiction", sa.String(), nullable=True),
        sa.Column("license_number", sa.String(), nullable=True),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("removed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_supervisor_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervisor")),
        sa.UniqueConstraint("code", name=op.f("uq_supervisor_code")),
    )
    op.create_index("ix_supervisor_user_id", "supervisor", ["user_id"], unique=False)
    op.create_table(
        "supervision_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("supervisor_id", sa.Integer(), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("statement", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_supervision_request_user_id")),
        sa.ForeignKeyConstraint(
            ["supervisor_id"], ["supervisor.id"], name=op.f("fk_supervision_request_supervisor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_request")),
        sa.UniqueConstraint("code", name=op.f("uq_supervision_request_code")),
    )
    for column in ("user_id", "supervisor_id", "expires_at"):
        op.create_index(f"ix_supervision_request_{column}", "supervision_request", [column], unique=False)
    _create_sessions()
    _guard()


def _create_sessions() -> None:
    op.create_table(
        "supervised_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("muscles", sa.JSON(), nullable=False),
        sa.Column("setting", sa.String(), nullable=False),
        sa.Column("jurisdiction", sa.String(), nullable=False),
        sa.Column("by_video", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("logged_at", UTCDateTime(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("declined_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_supervised_session_user_id")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["supervision_request.id"], name=op.f("fk_supervised_session_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervised_session")),
        sa.UniqueConstraint("code", name=op.f("uq_supervised_session_code")),
    )
    for column in ("user_id", "request_id"):
        op.create_index(f"ix_supervised_session_{column}", "supervised_session", [column], unique=False)
    op.create_table(
        "session_annulment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("annulled_at", UTCDateTime(), nullable=False),
        sa.Column("annulled_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["supervised_session.id"], name=op.f("fk_session_annulment_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_annulment")),
        sa.UniqueConstraint("session_id", name=op.f("uq_session_annulment_session_id")),
    )


def _guard() -> None:
    """Refuse changes of decided sessions, of answered requests and of annulments. Deleting serves the retention."""
    for table, decided in (
        ("supervised_session", DECIDED),
        ("supervision_request", "OLD.answered_at IS NOT NULL"),
        ("session_annulment", "OLD.id IS NOT NULL"),
    ):
        if op.get_bind().dialect.name == "sqlite":
            op.execute(
                f"CREATE TRIGGER guard_{table} BEFORE UPDATE ON {table} WHEN {decided} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        else:
            op.execute(
                f"CREATE TRIGGER guard_{table} BEFORE UPDATE ON {table} "
                f"FOR EACH ROW WHEN ({decided}) EXECUTE FUNCTION refuse_change()"
            )


def downgrade() -> None:
    for table in ("session_annulment", "supervised_session", "supervision_request", "supervisor"):
        op.drop_table(table)

"""After the certificate: approvals, corrections, bulk issue, sharing, boards, transcripts, checks, audit packets."""

import sqlalchemy as sa
from alembic import op

from course.platform.db import UTCDateTime

revision = "0005"
down_revision = "0004"

GUARDED = ("course_cycle",)


def upgrade() -> None:
    op.add_column("certificate", sa.Column("valid_until", sa.Date()))
    op.create_index("ix_certificate_document_sha256", "certificate", ["document_sha256"], unique=False)
    op.add_column("outbox", sa.Column("rank", sa.Integer(), nullable=False, server_default="0"))
    for column in (sa.Column("closed_at", UTCDateTime()), sa.Column("kept_until", sa.Date())):
        op.add_column("user", column)
    op.add_column("user", sa.Column("license_mails", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("license", sa.Column("renewal_months", sa.Integer()))
    _tables()
    for table in GUARDED:
        _guard(table)
    _guard("record_check", while_="OLD.finished_at IS NOT NULL")


def _guard(table: str, while_: str = "TRUE") -> None:
    """Refuses every change of the rows for which `while_` holds."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER guard_{table}_{act.lower()} BEFORE {act} ON {table} WHEN {while_} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    else:
        op.execute(
            f"CREATE TRIGGER guard_{table} BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW WHEN ({while_}) EXECUTE FUNCTION refuse_change()"
        )


def _tables() -> None:
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("approver", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("states", sa.JSON(), nullable=False),
        sa.Column("course_version", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("speakers", sa.JSON(), nullable=False),
        sa.Column("minutes", sa.JSON(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_why", sa.String(), nullable=True),
        sa.Column("withdrawn_from", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint("code", name=op.f("uq_approval_code")),
    )
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_approval_course_id"), ["course_id"], unique=False)

    op.create_table(
        "board_roster",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Uuid(), nullable=False),
        sa.Column("board", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=False),
        sa.Column("file_sha256", sa.String(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=True),
        sa.Column("receipt_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_roster")),
        sa.UniqueConstraint("code", name=op.f("uq_board_roster_code")),
    )
    op.create_table(
        "record_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.Column("claimed_until", UTCDateTime(), nullable=True),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_check")),
    )
    op.create_table(
        "audit_packet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Uuid(), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("as_of", UTCDateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("first_sha256", sa.String(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_audit_packet_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_packet")),
        sa.UniqueConstraint("code", name=op.f("uq_audit_packet_code")),
    )
    op.create_table(
        "board_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("board", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("roster_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificate.id"], name=op.f("fk_board_report_certificate_id")),
        sa.ForeignKeyConstraint(["roster_id"], ["board_roster.id"], name=op.f("fk_board_report_roster_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_report")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_board_report_user_id")),
        sa.UniqueConstraint("board", "record", name=op.f("uq_board_report_board_record")),
        sa.UniqueConstraint(
            "user_id", "course_id", "cycle", "board", name=op.f("uq_board_report_user_id_course_id_cycle_board")
        ),
    )
    with op.batch_alter_table("board_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_board_report_roster_id"), ["roster_id"], unique=False)

    op.create_table(
        "bulk_issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_bulk_issue_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_issue")),
        sa.UniqueConstraint("code", name=op.f("uq_bulk_issue_code")),
    )
    with op.batch_alter_table("bulk_issue", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bulk_issue_finished_at"), ["finished_at"], unique=False)
    op.create_table(
        "course_cycle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("active_before", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_course_cycle_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_cycle")),
        sa.UniqueConstraint("user_id", "course_id", "number", name=op.f("uq_course_cycle_user_id_course_id_number")),
    )
    op.create_table(
        "name_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.Column("proof_type", sa.String(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificate.id"], name=op.f("fk_name_correction_certificate_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_name_correction_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_name_correction")),
        sa.UniqueConstraint("code", name=op.f("uq_name_correction_code")),
    )
    with op.batch_alter_table("name_correction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_name_correction_certificate_id"), ["certificate_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_name_correction_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_name_correction_user_id"), ["user_id"], unique=False)
        batch_op.create_index(
            "uq_name_correction_waiting",
            ["certificate_id"],
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "other_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("approval", sa.String(), nullable=True),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.Column("document_type", sa.String(), nullable=True),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("removed_at", UTCDateTime(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("checked_at", UTCDateTime(), nullable=True),
        sa.Column("checked_by", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_other_record_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_other_record")),
        sa.UniqueConstraint("code", name=op.f("uq_other_record_code")),
    )
    with op.batch_alter_table("other_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_other_record_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_other_record_user_id"), ["user_id"], unique=False)

    op.create_table(
        "hidden_name",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("hidden_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_hidden_name_user_id")),
        sa.PrimaryKeyConstraint("user_id", "course_id", "cycle", name=op.f("pk_hidden_name")),
    )
    op.create_table(
        "directory_name",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("key", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_directory_name_user_id")),
        sa.PrimaryKeyConstraint("user_id", "course_id", "cycle", "key", name=op.f("pk_directory_name")),
    )
    with op.batch_alter_table("directory_name", schema=None) as batch_op:
        batch_op.create_index("ix_directory_name_state_key", ["state", "key"], unique=False)

    op.create_table(
        "share_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_share_link_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_link")),
        sa.UniqueConstraint("token", name=op.f("uq_share_link_token")),
    )
    with op.batch_alter_table("share_link", schema=None) as batch_op:
        batch_op.create_index("ix_share_link_award", ["user_id", "course_id", "cycle"], unique=False)

    op.create_table(
        "backdating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("issue_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_backdating_asked_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_backdating_decided_by_id")),
        sa.ForeignKeyConstraint(["request_id"], ["certificate_request.id"], name=op.f("fk_backdating_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backdating")),
        sa.UniqueConstraint("code", name=op.f("uq_backdating_code")),
    )
    with op.batch_alter_table("backdating", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_backdating_request_id"), ["request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_backdating_state"), ["state"], unique=False)
        batch_op.create_index(
            "uq_backdating_waiting",
            ["request_id"],
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "bulk_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bulk_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("taken_until", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["bulk_id"], ["bulk_issue.id"], name=op.f("fk_bulk_line_bulk_id")),
        sa.ForeignKeyConstraint(["request_id"], ["certificate_request.id"], name=op.f("fk_bulk_line_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_line")),
        sa.UniqueConstraint("bulk_id", "request_id", name=op.f("uq_bulk_line_bulk_id_request_id")),
    )
    with op.batch_alter_table("bulk_line", schema=None) as batch_op:
        batch_op.create_index("ix_bulk_line_bulk_id_state", ["bulk_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_bulk_line_request_id"), ["request_id"], unique=False)


def downgrade() -> None:
    """A way back for a register without renewals."""
    for table in (
        "bulk_line",
        "backdating",
        "share_link",
        "directory_name",
        "hidden_name",
        "other_record",
        "name_correction",
        "course_cycle",
        "bulk_issue",
        "board_report",
        "audit_packet",
        "record_check",
        "board_roster",
        "approval",
    ):
        op.drop_table(table)
    op.drop_column("license", "renewal_months")
    for column in ("license_mails", "kept_until", "closed_at"):
        op.drop_column("user", column)
    op.drop_index("ix_certificate_document_sha256", "certificate")
    op.drop_column("certificate", "valid_until")
    op.drop_column("outbox", "rank")

"""Verifiable certificates: badges with issuer and status bit, and certificates that supersede others."""

import sqlalchemy as sa
from alembic import op

from course.platform.db import UTCDateTime

revision = "0004"
down_revision = "0003"

KEEP = "CREATE TEMPORARY TABLE kept AS SELECT * FROM revocation"
BRING_BACK = (
    "INSERT INTO revocation (id, certificate_id, reason, note, revoked_at, revoked_by) "
    "SELECT id, certificate_id, reason, note, revoked_at, revoked_by FROM kept"
)


def upgrade() -> None:
    """Add badges and successors. SQLite rebuilds the register for it, while no other row may refer to it."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        op.execute(KEEP)
        op.drop_table("revocation")
    with op.batch_alter_table("certificate") as table:
        table.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("supersedes_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("supersedes_why", sa.String(), nullable=True))
        table.add_column(sa.Column("credential", sa.Text(), nullable=True))
        table.add_column(sa.Column("issuer", sa.String(), nullable=True))
        table.add_column(sa.Column("status_index", sa.Integer(), nullable=True))
        table.drop_constraint(op.f("uq_certificate_user_id_course_id_cycle"), type_="unique")
        table.create_index(op.f("ix_certificate_issuer"), ["issuer"])
        table.create_unique_constraint(op.f("uq_certificate_status_index"), ["status_index"])
        table.create_unique_constraint(op.f("uq_certificate_supersedes_id"), ["supersedes_id"])
        table.create_unique_constraint(
            op.f("uq_certificate_user_id_course_id_cycle_revision"), ["user_id", "course_id", "cycle", "revision"]
        )
        table.create_foreign_key(op.f("fk_certificate_supersedes_id"), "certificate", ["supersedes_id"], ["id"])
    if is_sqlite:
        _guard("certificate")
        _revocation()
        op.execute(BRING_BACK)
        op.execute("DROP TABLE kept")
        _guard("revocation")


def _revocation() -> None:
    op.create_table(
        "revocation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("revoked_at", UTCDateTime(), nullable=False),
        sa.Column("revoked_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificate.id"], name=op.f("fk_revocation_certificate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revocation")),
        sa.UniqueConstraint("certificate_id", name=op.f("uq_revocation_certificate_id")),
    )


def _guard(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER guard_{table}_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    else:
        op.execute(
            f"CREATE TRIGGER guard_{table} BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    """Return to the old tables. This works for a register without successors."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        op.execute(KEEP)
        op.drop_table("revocation")
    with op.batch_alter_table("certificate") as register:
        register.drop_constraint(op.f("fk_certificate_supersedes_id"), type_="foreignkey")
        register.drop_constraint(op.f("uq_certificate_user_id_course_id_cycle_revision"), type_="unique")
        register.drop_constraint(op.f("uq_certificate_supersedes_id"), type_="unique")
        register.drop_constraint(op.f("uq_certificate_status_index"), type_="unique")
        register.drop_index(op.f("ix_certificate_issuer"))
        register.create_unique_constraint(
            op.f("uq_certificate_user_id_course_id_cycle"), ["user_id", "course_id", "cycle"]
        )
        for column in (
            "status_index",
            "issuer",
            "credential",
            "supersedes_why",
            "supersedes_id",
            "revision",
        ):
            register.drop_column(column)
    if is_sqlite:
        _guard("certificate")
        _revocation()
        op.execute(BRING_BACK)
        op.execute("DROP TABLE kept")
        _guard("revocation")

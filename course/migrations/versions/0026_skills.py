"""Signed-off skills and determinations of competence. Triggers refuse changes; erasing a record deletes rows."""

import sqlalchemy as sa
from alembic import op

from course.platform.db import UTCDateTime

revision = "0026"
down_revision = "0025"
UNCHANGEABLE = ("skill_sign_off", "skill_countersignature", "determination", "determination_annulment")


def upgrade() -> None:
    op.create_table(
        "skill_version",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("skill_id", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_skill_version")),
    )
    _sign_offs()
    _determinations()
    for table in UNCHANGEABLE:
        _guard(table)


def _sign_offs() -> None:
    op.create_table(
        "skill_sign_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("instructor_id", sa.Integer(), nullable=False),
        sa.Column("instructor_name", sa.String(), nullable=False),
        sa.Column("credentials", sa.String(), nullable=True),
        sa.Column("lab_code", sa.Uuid(), nullable=True),
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("skill_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("errors", sa.JSON(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("signed_at", UTCDateTime(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_skill_sign_off_user_id")),
        sa.ForeignKeyConstraint(["instructor_id"], ["user.id"], name=op.f("fk_skill_sign_off_instructor_id")),
        sa.ForeignKeyConstraint(["digest"], ["skill_version.digest"], name=op.f("fk_skill_sign_off_digest")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill_sign_off")),
        sa.UniqueConstraint("code", name=op.f("uq_skill_sign_off_code")),
    )
    for column in ("user_id", "instructor_id", "lab_code"):
        op.create_index(f"ix_skill_sign_off_{column}", "skill_sign_off", [column])
    op.create_table(
        "skill_countersignature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sign_off_id", sa.Integer(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sign_off_id"], ["skill_sign_off.id"], name=op.f("fk_skill_countersignature_sign_off_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill_countersignature")),
        sa.UniqueConstraint("sign_off_id", name=op.f("uq_skill_countersignature_sign_off_id")),
    )


def _determinations() -> None:
    op.create_table(
        "determination",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("learner_name", sa.String(), nullable=False),
        sa.Column("instructor_id", sa.Integer(), nullable=False),
        sa.Column("instructor_name", sa.String(), nullable=False),
        sa.Column("credentials", sa.String(), nullable=True),
        sa.Column("qualifications", sa.JSON(), nullable=False),
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("course_title", sa.String(), nullable=False),
        sa.Column("lab_code", sa.Uuid(), nullable=True),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("competent", sa.Boolean(), nullable=False),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_determination_user_id")),
        sa.ForeignKeyConstraint(["instructor_id"], ["user.id"], name=op.f("fk_determination_instructor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_determination")),
        sa.UniqueConstraint("code", name=op.f("uq_determination_code")),
    )
    for column in ("user_id", "instructor_id"):
        op.create_index(f"ix_determination_{column}", "determination", [column])
    op.create_table(
        "determination_annulment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("determination_id", sa.Integer(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["determination_id"], ["determination.id"], name=op.f("fk_determination_annulment_determination_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_determination_annulment")),
        sa.UniqueConstraint("determination_id", name=op.f("uq_determination_annulment_determination_id")),
    )


def _guard(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER guard_{table} BEFORE UPDATE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
    else:
        op.execute(
            f"CREATE TRIGGER guard_{table} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    for table in (*reversed(UNCHANGEABLE), "skill_version"):
        op.drop_table(table)

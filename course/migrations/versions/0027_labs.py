"""Labs, sign-ups, presence and attendance checks."""

import sqlalchemy as sa
from alembic import op

from course.platform.db import UTCDateTime

revision = "0027"
down_revision = "0026"
OPEN = sa.text("canceled_at IS NULL")


def upgrade() -> None:
    _create_labs()
    _create_presence()


def _create_labs() -> None:
    op.create_table(
        "lab",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("course_id", "title", "mode")),
        *(sa.Column(name, UTCDateTime(), nullable=False) for name in ("starts_at", "ends_at")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("time_zone", "place", "jurisdiction", "secret")),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("canceled_at", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("needles_out", "needles_in")),
        *(
            sa.Column(name, sa.String(), nullable=True)
            for name in ("cancel_reason", "closed_by", "needle_note", "incidents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab")),
        sa.UniqueConstraint("code", name=op.f("uq_lab_code")),
    )
    op.create_index("ix_lab_course_id", "lab", ["course_id"])
    op.create_index("ix_lab_starts_at", "lab", ["starts_at"])
    op.create_table(
        "lab_topic",
        sa.Column("lab_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lab_id"], ["lab.id"], name=op.f("fk_lab_topic_lab_id")),
        sa.PrimaryKeyConstraint("lab_id", "topic", name=op.f("pk_lab_topic")),
    )
    op.create_table(
        "lab_instructor",
        sa.Column("lab_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lab_id"], ["lab.id"], name=op.f("fk_lab_instructor_lab_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_lab_instructor_user_id")),
        sa.PrimaryKeyConstraint("lab_id", "user_id", name=op.f("pk_lab_instructor")),
    )
    op.create_index("ix_lab_instructor_user_id", "lab_instructor", ["user_id"])
    op.create_table(
        "lab_booking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lab_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("booked_at", UTCDateTime(), nullable=False),
        sa.Column("canceled_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["lab_id"], ["lab.id"], name=op.f("fk_lab_booking_lab_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_lab_booking_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_booking")),
    )
    op.create_index("ix_lab_booking_lab_id", "lab_booking", ["lab_id"])
    op.create_index("ix_lab_booking_user_id", "lab_booking", ["user_id"])
    op.create_index(
        "uq_lab_booking_open",
        "lab_booking",
        ["lab_id", "user_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def _create_presence() -> None:
    op.create_table(
        "lab_presence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("in_at", UTCDateTime(), nullable=False),
        sa.Column("out_at", UTCDateTime(), nullable=True),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["lab_id"], ["lab.id"], name=op.f("fk_lab_presence_lab_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_lab_presence_user_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["lab_presence.id"], name=op.f("fk_lab_presence_replaces_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_presence")),
        sa.UniqueConstraint("code", name=op.f("uq_lab_presence_code")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_lab_presence_replaces_id")),
    )
    op.create_index("ix_lab_presence_lab_id", "lab_presence", ["lab_id"])
    op.create_index("ix_lab_presence_user_id", "lab_presence", ["user_id"])
    op.create_table(
        "attendance_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lab_id", sa.Integer(), nullable=False),
        sa.Column("digits", sa.String(), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("closes_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["lab_id"], ["lab.id"], name=op.f("fk_attendance_check_lab_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_check")),
    )
    op.create_index("ix_attendance_check_lab_id", "attendance_check", ["lab_id"])
    op.create_table(
        "attendance_answer",
        sa.Column("check_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["check_id"], ["attendance_check.id"], name=op.f("fk_attendance_answer_check_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_attendance_answer_user_id")),
        sa.PrimaryKeyConstraint("check_id", "user_id", name=op.f("pk_attendance_answer")),
    )
    op.create_index("ix_attendance_answer_user_id", "attendance_answer", ["user_id"])


def downgrade() -> None:
    for table in (
        *("attendance_answer", "attendance_check", "lab_presence"),
        *("lab_booking", "lab_instructor", "lab_topic", "lab"),
    ):
        op.drop_table(table)

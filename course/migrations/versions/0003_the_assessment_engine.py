"""The assessment engine: exact points, deadlines, flags, tallies, standard setting, rescoring, spaced review."""

import json

import sqlalchemy as sa
from alembic import op

from course.platform.db import Exact, UTCDateTime

revision = "0003"
down_revision = "0002"

GUARDED = ("rescoring", "rescored_attempt")


def upgrade() -> None:
    op.create_table(
        "item_tally",
        sa.Column("assessment_id", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("total", Exact(), nullable=False),
        sa.Column("scored", sa.Integer(), nullable=False),
        sa.Column("points", Exact(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("timed", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.Column("seconds_squared", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "assessment_id", "item_id", "is_first", "total", "scored", "points", name=op.f("pk_item_tally")
        ),
    )
    op.create_table(
        "option_tally",
        sa.Column("assessment_id", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("total", Exact(), nullable=False),
        sa.Column("scored", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "assessment_id", "item_id", "is_first", "total", "scored", "label", name=op.f("pk_option_tally")
        ),
    )
    op.create_table(
        "rescoring",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("corrected_digest", sa.String(), nullable=True),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("take_passes", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rescoring")),
        sa.UniqueConstraint("code", name=op.f("uq_rescoring_code")),
        sa.UniqueConstraint("shown", name=op.f("uq_rescoring_shown")),
    )
    with op.batch_alter_table("rescoring", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rescoring_item_id"), ["item_id"], unique=False)

    op.create_table(
        "standard_panel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_panel")),
        sa.UniqueConstraint("code", name=op.f("uq_standard_panel_code")),
    )
    with op.batch_alter_table("standard_panel", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_standard_panel_assessment_id"), ["assessment_id"], unique=False)

    op.create_table(
        "total_tally",
        sa.Column("assessment_id", sa.String(), nullable=False),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("total", Exact(), nullable=False),
        sa.Column("scored", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("assessment_id", "is_first", "total", "scored", name=op.f("pk_total_tally")),
    )
    op.create_table(
        "accommodation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("extra_percent", sa.Integer(), nullable=False),
        sa.Column("untimed", sa.Boolean(), nullable=False),
        sa.Column("extra_attempts", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("set_at", UTCDateTime(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_accommodation_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accommodation")),
        sa.UniqueConstraint("user_id", name=op.f("uq_accommodation_user_id")),
    )
    op.create_table(
        "certificate_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Uuid(), nullable=False),
        sa.Column("rescoring_id", sa.Integer(), nullable=False),
        sa.Column("certificate_code", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["rescoring_id"], ["rescoring.id"], name=op.f("fk_certificate_question_rescoring_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_question")),
        sa.UniqueConstraint("code", name=op.f("uq_certificate_question_code")),
        sa.UniqueConstraint(
            "rescoring_id", "certificate_code", name=op.f("uq_certificate_question_rescoring_id_certificate_code")
        ),
    )
    op.create_table(
        "item_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("item_digest", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("reply", sa.String(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_item_report_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_report")),
        sa.UniqueConstraint("code", name=op.f("uq_item_report_code")),
    )
    with op.batch_alter_table("item_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_report_item_id"), ["item_id"], unique=False)

    op.create_table(
        "practice_card",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("memory", sa.JSON(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_practice_card_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_card")),
        sa.UniqueConstraint("user_id", "item_id", name=op.f("uq_practice_card_user_id_item_id")),
    )
    with op.batch_alter_table("practice_card", schema=None) as batch_op:
        batch_op.create_index("ix_practice_card_due", ["user_id", "due_at"], unique=False)

    op.create_table(
        "practice_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.Column("mailed_on", sa.Date(), nullable=True),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_practice_plan_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_plan")),
        sa.UniqueConstraint("user_id", name=op.f("uq_practice_plan_user_id")),
    )
    op.create_table(
        "rereading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.String(), nullable=False),
        sa.Column("section_id", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_rereading_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rereading")),
    )
    with op.batch_alter_table("rereading", schema=None) as batch_op:
        batch_op.create_index("ix_rereading_place", ["user_id", "module_id", "section_id"], unique=False)

    op.create_table(
        "standard_rating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("panel_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("item_digest", sa.String(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["panel_id"], ["standard_panel.id"], name=op.f("fk_standard_rating_panel_id")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["user.id"], name=op.f("fk_standard_rating_reviewer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_rating")),
        sa.UniqueConstraint(
            "panel_id",
            "round",
            "item_id",
            "reviewer_id",
            name=op.f("uq_standard_rating_panel_id_round_item_id_reviewer_id"),
        ),
    )
    op.create_table(
        "practice_recall",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("points", Exact(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["practice_card.id"], name=op.f("fk_practice_recall_card_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_recall")),
        sa.UniqueConstraint("card_id", "serial", name=op.f("uq_practice_recall_card_id_serial")),
    )
    op.create_table(
        "rescored_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rescoring_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("points_before", Exact(), nullable=False),
        sa.Column("scored_before", sa.Integer(), nullable=False),
        sa.Column("passed_before", sa.Boolean(), nullable=False),
        sa.Column("points_after", Exact(), nullable=False),
        sa.Column("scored_after", sa.Integer(), nullable=False),
        sa.Column("passed_after", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_rescored_attempt_attempt_id")),
        sa.ForeignKeyConstraint(["rescoring_id"], ["rescoring.id"], name=op.f("fk_rescored_attempt_rescoring_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rescored_attempt")),
        sa.UniqueConstraint("rescoring_id", "attempt_id", name=op.f("uq_rescored_attempt_rescoring_id_attempt_id")),
    )
    with op.batch_alter_table("rescored_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rescored_attempt_attempt_id"), ["attempt_id"], unique=False)

    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("given_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("spent", sa.Integer(), nullable=False, server_default="0"))

    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("minutes", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("grace_seconds", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("deadline", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("points", Exact(), nullable=True))

    with op.batch_alter_table("attempt_item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("flagged", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("points", Exact(), nullable=True))
        batch_op.add_column(sa.Column("seconds", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("ruling", sa.JSON(none_as_null=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_attempt_item_item_id"), ["item_id"], unique=False)
    _carry_over()
    op.execute("ALTER TABLE attempt DROP COLUMN correct")
    for table in GUARDED:
        _guard(table)


def _guard(table: str) -> None:
    """Make decisions on scores append-only."""
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


def _unguard(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            op.execute(f"DROP TRIGGER guard_{table}_{act}")
    else:
        op.execute(f"DROP TRIGGER guard_{table} ON {table}")


def _carry_over() -> None:
    """Store the score of each item of submitted attempts, and convert wordings to their new format."""
    op.execute("UPDATE attempt SET points = CAST(correct AS VARCHAR) WHERE correct IS NOT NULL")
    connection = op.get_bind()
    _unguard("item_version")
    version = sa.table("item_version", sa.column("digest"), sa.column("content", sa.JSON()))
    keys = {}
    for digest, content in connection.execute(sa.select(version.c.digest, version.c.content)).all():
        keys[digest] = set(content["key"])
        new = {"item": content, "module": None, "objective": content.pop("objective_text")}
        new["references"] = [{k: v for k, v in ref.items() if k != "link"} for ref in content["references"]]
        content["references"] = [reference["id"] for reference in new["references"]]
        connection.execute(version.update().where(version.c.digest == digest).values(content=new))
    _guard("item_version")
    rows = connection.execute(
        sa.text(
            "SELECT item.id, item.item_digest, (SELECT choice FROM answer WHERE answer.attempt_id = item.attempt_id "
            "AND answer.position = item.position ORDER BY serial DESC LIMIT 1) FROM attempt_item AS item "
            "JOIN attempt ON attempt.id = item.attempt_id WHERE attempt.submitted_at IS NOT NULL"
        )
    ).all()
    for id_, digest, choice in rows:
        given = json.loads(choice) if isinstance(choice, str) else choice or []
        points = "1" if set(given) == keys[digest] else "0"  # these attempts were scored by this rule
        connection.execute(sa.text("UPDATE attempt_item SET points = :p WHERE id = :i"), {"p": points, "i": id_})


def downgrade() -> None:
    """Return to the old tables. Wordings keep their new format and points lose their fractions.

    So this is meant for an empty database.
    """
    with op.batch_alter_table("attempt_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempt_item_item_id"))
    for column in ("ruling", "seconds", "points", "flagged"):
        op.execute(f"ALTER TABLE attempt_item DROP COLUMN {column}")
    op.execute("ALTER TABLE attempt ADD COLUMN correct INTEGER")
    for column in ("points", "deadline", "grace_seconds", "minutes"):
        op.execute(f"ALTER TABLE attempt DROP COLUMN {column}")
    for column in ("spent", "given_at"):
        op.execute(f"ALTER TABLE answer DROP COLUMN {column}")

    with op.batch_alter_table("rescored_attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rescored_attempt_attempt_id"))

    op.drop_table("rescored_attempt")
    op.drop_table("practice_recall")
    op.drop_table("standard_rating")
    with op.batch_alter_table("rereading", schema=None) as batch_op:
        batch_op.drop_index("ix_rereading_place")

    op.drop_table("rereading")
    op.drop_table("practice_plan")
    with op.batch_alter_table("practice_card", schema=None) as batch_op:
        batch_op.drop_index("ix_practice_card_due")

    op.drop_table("practice_card")
    with op.batch_alter_table("item_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_item_report_item_id"))

    op.drop_table("item_report")
    op.drop_table("certificate_question")
    op.drop_table("accommodation")
    op.drop_table("total_tally")
    with op.batch_alter_table("standard_panel", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_standard_panel_assessment_id"))

    op.drop_table("standard_panel")
    with op.batch_alter_table("rescoring", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rescoring_item_id"))

    op.drop_table("rescoring")
    op.drop_table("option_tally")
    op.drop_table("item_tally")

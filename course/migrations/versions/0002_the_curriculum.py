"""The curriculum: reviewers' signatures, learners' feedback, checks of state entries, full-text search."""

import sqlalchemy as sa
from alembic import op

from course.platform.db import UTCDateTime

revision = "0002"
down_revision = "0001"

GUARDED = ("review", "jurisdiction_override")


def upgrade() -> None:
    op.create_table(
        "jurisdiction_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("demand", sa.JSON(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jurisdiction_edition")),
    )
    with op.batch_alter_table("jurisdiction_edition", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jurisdiction_edition_code"), ["code"], unique=False)

    op.create_table(
        "search_page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("under", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_page")),
    )
    op.create_table(
        "jurisdiction_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["jurisdiction_edition.id"], name=op.f("fk_jurisdiction_notice_edition_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_jurisdiction_notice_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jurisdiction_notice")),
        sa.UniqueConstraint("user_id", "edition_id", name=op.f("uq_jurisdiction_notice_user_id_edition_id")),
    )
    op.create_table(
        "jurisdiction_override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("entry", sa.JSON(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("author_name", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_jurisdiction_override_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jurisdiction_override")),
    )
    with op.batch_alter_table("jurisdiction_override", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jurisdiction_override_code"), ["code"], unique=False)

    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("credentials", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["reviewer_id"], ["user.id"], name=op.f("fk_review_reviewer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("module_id", "digest", name=op.f("uq_review_module_id_digest")),
    )
    op.create_table(
        "section_feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.String(), nullable=False),
        sa.Column("section_id", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_section_feedback_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section_feedback")),
        sa.UniqueConstraint(
            "user_id", "module_id", "section_id", name=op.f("uq_section_feedback_user_id_module_id_section_id")
        ),
    )
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_reviewer", sa.Boolean(), nullable=False, server_default=sa.false()))
    for table in GUARDED:
        _guard(table)
    _index_words()


def _guard(table: str) -> None:
    """Make signatures and checks of state entries append-only."""
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


def _index_words() -> None:
    """Create the full-text index over each page's title, context and text."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE search_words USING fts5"
            "(title, under, body, content='search_page', content_rowid='id', tokenize='porter unicode61')"
        )
    else:
        op.execute(
            "ALTER TABLE search_page ADD COLUMN search_words tsvector GENERATED ALWAYS AS ("
            "setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', under), 'B') || "
            "to_tsvector('english', body)) STORED"
        )
        op.execute("CREATE INDEX search_words_gin ON search_page USING gin (search_words)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_words")
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.drop_column("is_reviewer")

    op.drop_table("section_feedback")
    op.drop_table("review")
    with op.batch_alter_table("jurisdiction_override", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_jurisdiction_override_code"))

    op.drop_table("jurisdiction_override")
    op.drop_table("jurisdiction_notice")
    op.drop_table("search_page")
    with op.batch_alter_table("jurisdiction_edition", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_jurisdiction_edition_code"))

    op.drop_table("jurisdiction_edition")

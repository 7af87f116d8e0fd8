from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.db import Model, UTCDateTime


class ItemVersion(Model):
    """One wording of one item, kept for ever by its digest, so that an attempt can always be shown as it was."""

    __tablename__ = "item_version"

    digest: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(index=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


class Attempt(Model):
    """One sitting of one quiz. Its rules, seed and items are fixed when it starts, its score when it is submitted."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("user_id", "assessment_id", "number"),
        # At most one open attempt: whoever starts twice at once gets the same one.
        Index(
            "uq_attempt_open", "user_id", "assessment_id", unique=True,
            sqlite_where=text("submitted_at IS NULL"), postgresql_where=text("submitted_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    assessment_id: Mapped[str]
    number: Mapped[int]
    seed: Mapped[str]
    content_hash: Mapped[str]  # the bank's
    pass_mark: Mapped[int]  # per cent
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    correct: Mapped[int | None]
    scored: Mapped[int | None]
    passed: Mapped[bool | None]

    items: Mapped[list["AttemptItem"]] = relationship(order_by="AttemptItem.position")


class AttemptItem(Model):
    """An item as it stands on the paper: its wording, its place, and the order of its options."""

    __tablename__ = "attempt_item"
    __table_args__ = (UniqueConstraint("attempt_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    position: Mapped[int]
    item_id: Mapped[str]
    type: Mapped[str]
    item_digest: Mapped[str] = mapped_column(ForeignKey("item_version.digest"))
    option_order: Mapped[list[Any]] = mapped_column(JSON)

    version: Mapped[ItemVersion] = relationship()


class Answer(Model):
    """One saved choice. Append-only; the highest serial of an item counts."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("attempt_id", "position", "serial"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    position: Mapped[int]
    serial: Mapped[int]
    choice: Mapped[list[Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)

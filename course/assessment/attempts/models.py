from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Exact, Model, UTCDateTime


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
            "uq_attempt_open",
            "user_id",
            "assessment_id",
            unique=True,
            sqlite_where=text("submitted_at IS NULL"),
            postgresql_where=text("submitted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    assessment_id: Mapped[str]
    number: Mapped[int]
    seed: Mapped[str]
    content_hash: Mapped[str]  # the banks'
    pass_mark: Mapped[int]  # per cent
    minutes: Mapped[int | None]  # the time limit of the course file, before anyone's extra time
    grace_seconds: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    deadline: Mapped[datetime | None] = mapped_column(UTCDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    points: Mapped[Fraction | None] = mapped_column(Exact)
    scored: Mapped[int | None]  # items that count
    passed: Mapped[bool | None]


class AttemptItem(Model):
    """An item as it stands on the paper: its wording, its place, and the order of its options."""

    __tablename__ = "attempt_item"
    __table_args__ = (UniqueConstraint("attempt_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    position: Mapped[int]
    item_id: Mapped[str] = mapped_column(index=True)
    type: Mapped[str]
    item_digest: Mapped[str] = mapped_column(ForeignKey("item_version.digest"))
    option_order: Mapped[list[Any]] = mapped_column(JSON)
    flagged: Mapped[bool] = mapped_column(default=False)
    points: Mapped[Fraction | None] = mapped_column(Exact)  # from 0 to 1, once submitted; None where it doesn't count
    seconds: Mapped[int | None]  # that it was open before its answers, as the browser counted them
    ruling: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # what a re-scoring decided of it


class Answer(Model):
    """One saved answer. Append-only; the highest serial of an item counts."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("attempt_id", "position", "serial"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    position: Mapped[int]
    serial: Mapped[int]
    choice: Mapped[Any] = mapped_column(JSON)
    given_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # as the browser says; offline that is earlier
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    spent: Mapped[int] = mapped_column(default=0)  # seconds on the item since the answer before


class Accommodation(Model):
    """What an administrator granted a person for every assessment."""

    __tablename__ = "accommodation"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), unique=True)
    extra_percent: Mapped[int] = mapped_column(default=0)  # of the time limit, on top of it
    untimed: Mapped[bool] = mapped_column(default=False)
    extra_attempts: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(default="")
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)
    set_by: Mapped[str]


class ItemReport(Model):
    """A learner's *this question is wrong because …*, until an administrator has answered it."""

    __tablename__ = "item_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    item_id: Mapped[str] = mapped_column(index=True)
    item_digest: Mapped[str]
    text: Mapped[str]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    reply: Mapped[str | None]
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_by: Mapped[str | None]


class TotalTally(Model):
    """How many submitted attempts reached a score: what reliability is computed from. `is_first`: first attempts."""

    __tablename__ = "total_tally"

    assessment_id: Mapped[str] = mapped_column(primary_key=True)
    is_first: Mapped[bool] = mapped_column(primary_key=True)
    total: Mapped[Fraction] = mapped_column(Exact, primary_key=True)  # points of the attempt
    scored: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int]


class ItemTally(Model):
    """How many answers to an item got so many points from people who reached such a total."""

    __tablename__ = "item_tally"

    assessment_id: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(primary_key=True)
    is_first: Mapped[bool] = mapped_column(primary_key=True)
    total: Mapped[Fraction] = mapped_column(Exact, primary_key=True)
    scored: Mapped[int] = mapped_column(primary_key=True)
    points: Mapped[Fraction] = mapped_column(Exact, primary_key=True)
    count: Mapped[int]
    timed: Mapped[int]  # of them, those whose time was measured
    seconds: Mapped[int] = mapped_column(BigInteger)  # their sum
    seconds_squared: Mapped[int] = mapped_column(BigInteger)  # the sum of their squares


class OptionTally(Model):
    """How many people who reached such a total chose a label of an item."""

    __tablename__ = "option_tally"

    assessment_id: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(primary_key=True)
    is_first: Mapped[bool] = mapped_column(primary_key=True)
    total: Mapped[Fraction] = mapped_column(Exact, primary_key=True)
    scored: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]

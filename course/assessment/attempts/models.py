from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Exact, Model, UTCDateTime


class ItemVersion(Model):
    """One wording of an item, kept permanently by its digest, so that an attempt can always be shown as it was."""

    __tablename__ = "item_version"

    digest: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(index=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


class Attempt(Model):
    """One attempt at an assessment. Rules, seed and items are set at its start, the score when it is submitted."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("user_id", "assessment_id", "number"),
        # A person has one open attempt at most: two starts at the same moment get the same one.
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
    content_hash: Mapped[str]  # of the banks
    pass_mark: Mapped[int]  # percent
    minutes: Mapped[int | None]  # the course file's time limit, without the person's extra time
    grace_seconds: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    deadline: Mapped[datetime | None] = mapped_column(UTCDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    points: Mapped[Fraction | None] = mapped_column(Exact)
    scored: Mapped[int | None]  # items that count
    passed: Mapped[bool | None]


class AttemptItem(Model):
    """An item on the form of an attempt: its wording, its position, and the order of its options."""

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
    points: Mapped[Fraction | None] = mapped_column(Exact)  # 0 to 1, set by the submit; None if the item doesn't count
    seconds: Mapped[int | None]  # that its page was open, as the browser counted them
    ruling: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # what a rescoring decided


class Answer(Model):
    """One saved answer. Append-only; the answer with the highest serial of an item counts."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("attempt_id", "position", "serial"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    position: Mapped[int]
    serial: Mapped[int]
    choice: Mapped[Any] = mapped_column(JSON)
    given_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # by the browser's clock
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    spent: Mapped[int] = mapped_column(default=0)  # seconds on the item since the previous answer


class Accommodation(Model):
    """What an administrator granted a person in every assessment."""

    __tablename__ = "accommodation"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), unique=True)
    extra_percent: Mapped[int] = mapped_column(default=0)  # added to every time limit
    untimed: Mapped[bool] = mapped_column(default=False)
    extra_attempts: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(default="")
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)
    set_by: Mapped[str]


class ItemReport(Model):
    """A learner's report of a problem with a question, and an administrator's answer to it."""

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
    """How many submitted attempts earned a total. `is_first` separates first attempts. Source of the reliability."""

    __tablename__ = "total_tally"

    assessment_id: Mapped[str] = mapped_column(primary_key=True)
    is_first: Mapped[bool] = mapped_column(primary_key=True)
    total: Mapped[Fraction] = mapped_column(Exact, primary_key=True)  # the attempt's points
    scored: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int]


class ItemTally(Model):
    """How many people with this total earned these points for an item."""

    __tablename__ = "item_tally"

    assessment_id: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(primary_key=True)
    is_first: Mapped[bool] = mapped_column(primary_key=True)
    total: Mapped[Fraction] = mapped_column(Exact, primary_key=True)
    scored: Mapped[int] = mapped_column(primary_key=True)
    points: Mapped[Fraction] = mapped_column(Exact, primary_key=True)
    count: Mapped[int]
    timed: Mapped[int]  # how many of `count` have a measured time
    seconds: Mapped[int] = mapped_column(BigInteger)  # the sum over `timed`
    seconds_squared: Mapped[int] = mapped_column(BigInteger)  # the sum of the squares over `timed`


class OptionTally(Model):
    """How many people with this total chose a label of an item."""

    __tablename__ = "option_tally"

    assessment_id: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(primary_key=True)
    is_first: Mapped[bool] = mapped_column(primary_key=True)
    total: Mapped[Fraction] = mapped_column(Exact, primary_key=True)
    scored: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]

from datetime import datetime
from fractions import Fraction
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Exact, Model, UTCDateTime


class Rescoring(Model):
    """An administrator's decision about an item that was scored wrongly, and how far it reached. Append-only."""

    __tablename__ = "rescoring"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    item_id: Mapped[str] = mapped_column(index=True)
    decision: Mapped[str]  # accept-both, drop or new-key
    corrected_digest: Mapped[str | None]  # the item in the bank whose key was taken
    shown: Mapped[str] = mapped_column(unique=True)  # the digest of the preview that was decided on
    take_passes: Mapped[bool]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by: Mapped[str]


class RescoredAttempt(Model):
    """An attempt's score before and after a re-scoring. Append-only."""

    __tablename__ = "rescored_attempt"
    __table_args__ = (UniqueConstraint("rescoring_id", "attempt_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rescoring_id: Mapped[int] = mapped_column(ForeignKey("rescoring.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    points_before: Mapped[Fraction] = mapped_column(Exact)
    scored_before: Mapped[int]
    passed_before: Mapped[bool]
    points_after: Mapped[Fraction] = mapped_column(Exact)
    scored_after: Mapped[int]
    passed_after: Mapped[bool]


class Question(Model):
    """A certificate that a re-scoring puts in question, until an administrator has decided to keep or re-issue it."""

    __tablename__ = "certificate_question"
    __table_args__ = (UniqueConstraint("rescoring_id", "certificate_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    rescoring_id: Mapped[int] = mapped_column(ForeignKey("rescoring.id"))
    certificate_code: Mapped[str]
    user_id: Mapped[int]
    decision: Mapped[str | None]  # kept, revoked or re-issued
    reason: Mapped[str | None]
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by: Mapped[str | None]

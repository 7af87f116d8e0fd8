from datetime import datetime
from fractions import Fraction
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Exact, Model, UTCDateTime


class Rescoring(Model):
    """An administrator's decision about an item with a wrong key. Append-only.

    `decision`: accept-both, drop or new-key. `corrected_digest`: of the item in the bank whose key was used.
    `shown`: digest of the preview that the decision was based on.
    """

    __tablename__ = "rescoring"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    item_id: Mapped[str] = mapped_column(index=True)
    decision: Mapped[str]
    corrected_digest: Mapped[str | None]
    shown: Mapped[str] = mapped_column(unique=True)
    take_passes: Mapped[bool]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by: Mapped[str]


class RescoredAttempt(Model):
    """An attempt's score before and after a rescoring. Append-only."""

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


class CertificateQuestion(Model):
    """A certificate whose basis a rescoring took away. `decision`: kept, revoked, re-issued, or None while open."""

    __tablename__ = "certificate_question"
    __table_args__ = (UniqueConstraint("rescoring_id", "certificate_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    rescoring_id: Mapped[int] = mapped_column(ForeignKey("rescoring.id"))
    certificate_code: Mapped[str]
    user_id: Mapped[int]
    decision: Mapped[str | None]
    reason: Mapped[str | None]
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by: Mapped[str | None]

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, LargeBinary, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Model, UTCDateTime


class State(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class NameCorrection(Model):
    """A learner's request to have the name on a certificate corrected, with proof; an administrator decides."""

    __tablename__ = "name_correction"
    __table_args__ = (
        Index(
            "uq_name_correction_waiting",
            "certificate_id",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), index=True)
    name: Mapped[str]  # as it should be
    reason: Mapped[str]
    proof: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    proof_type: Mapped[str]  # a media type
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(default=State.WAITING, index=True)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by: Mapped[str | None]
    note: Mapped[str | None]  # the learner reads it where the request is rejected

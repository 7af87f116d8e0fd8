from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Model, UTCDateTime


class Outcome(StrEnum):
    WAITING = "waiting"
    ISSUED = "issued"
    REFUSED = "refused"
    STOPPED = "stopped"


class BulkIssue(Model):
    """Many certificate requests that an administrator issues together; the workers go through its lines."""

    __tablename__ = "bulk_issue"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    course_id: Mapped[str]
    actor_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)


class BulkLine(Model):
    """One request of a bulk issue and its outcome. `taken_until`: until then one worker has it, and no other."""

    __tablename__ = "bulk_line"
    __table_args__ = (
        UniqueConstraint("bulk_id", "request_id"),
        Index("ix_bulk_line_bulk_id_state", "bulk_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bulk_id: Mapped[int] = mapped_column(ForeignKey("bulk_issue.id"))
    request_id: Mapped[int] = mapped_column(ForeignKey("certificate_request.id"), index=True)
    state: Mapped[str] = mapped_column(default=Outcome.WAITING)
    message: Mapped[str | None]  # why it was refused
    taken_until: Mapped[datetime | None] = mapped_column(UTCDateTime)

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from course.db import Model, UTCDateTime


class BulkIssue(Model):
    """One order to issue many certificates; the worker goes through its lines."""

    __tablename__ = "bulk_issue"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class BulkLine(Model):
    """A request in such an order and what became of it."""

    __tablename__ = "bulk_line"
    __table_args__ = (
        UniqueConstraint("bulk_id", "request_id"),
        Index("ix_bulk_line_bulk_id_state", "bulk_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bulk_id: Mapped[int] = mapped_column(ForeignKey("bulk_issue.id"))
    request_id: Mapped[int] = mapped_column(ForeignKey("certificate_request.id"))
    state: Mapped[str] = mapped_column(default="waiting")  # waiting, issued or refused
    message: Mapped[str | None]  # why it was refused

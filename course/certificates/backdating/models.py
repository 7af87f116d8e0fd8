from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.certificates.issuing.models import Request
from course.platform.db import Model, UTCDateTime


class State(StrEnum):
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class Backdating(Model):
    """An administrator's wish to date a certificate back; a second administrator confirms it or not."""

    __tablename__ = "backdating"
    __table_args__ = (
        Index(
            "uq_backdating_waiting",
            "request_id",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("certificate_request.id"), index=True)
    issue_on: Mapped[date]
    reason: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    state: Mapped[str] = mapped_column(default=State.WAITING, index=True)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    request: Mapped[Request] = relationship()

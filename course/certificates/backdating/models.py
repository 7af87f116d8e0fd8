from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.certificates.issuing.models import Request
from course.platform.db import UTCDateTime
from course.platform.decisions import Decidable, one_waiting


class BackdatingState(StrEnum):
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class Backdating(Decidable):
    """An administrator's proposal to issue a certificate with an earlier date. A second administrator decides."""

    __tablename__ = "backdating"
    __table_args__ = (one_waiting("uq_backdating_waiting", "request_id"),)
    OPEN = BackdatingState.WAITING

    request_id: Mapped[int] = mapped_column(ForeignKey("certificate_request.id"), index=True)
    issue_on: Mapped[date]
    reason: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    request: Mapped[Request] = relationship()

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from course.certificates.approvals.coverage import Terms
from course.platform.db import Model, UTCDateTime


class Approval(Model):
    """A board's or another approver's approval of a course, as the approver gave it. Withdrawn ones stay."""

    __tablename__ = "approval"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    course_id: Mapped[str] = mapped_column(index=True)
    approver: Mapped[str]
    number: Mapped[str]
    states: Mapped[list[str]] = mapped_column(JSON)  # codes of the jurisdictions that it holds in
    course_version: Mapped[str]
    content_hash: Mapped[str]  # of the course as it was when the approval was recorded
    speakers: Mapped[list[str]] = mapped_column(JSON)  # none: self-paced
    minutes: Mapped[dict[str, Any]] = mapped_column(JSON)  # approved minutes by mode of delivery
    first_day: Mapped[date]
    last_day: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    recorded_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_why: Mapped[str | None]
    withdrawn_from: Mapped[date | None]  # the first day on which it no longer holds

    @property
    def terms(self) -> Terms:
        return Terms(
            course_version=self.course_version,
            content_hash=self.content_hash,
            speakers=tuple(self.speakers),
            minutes=self.minutes,
            first_day=self.first_day,
            last_day=self.last_day,
            withdrawn_from=self.withdrawn_from,
        )

    @property
    def name(self) -> str:
        return f"{self.approver} {self.number}"

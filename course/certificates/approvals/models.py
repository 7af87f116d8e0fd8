from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.certificates.approvals.coverage import ApprovalTerms
from course.platform.db import Model, UTCDateTime

COUNTS = text("withdrawn_at IS NULL AND duplicate_of_id IS NULL")


class Approval(Model):
    """An approval of a course by a board or another approver. Withdrawn approvals stay on record.

    `states`: codes of the jurisdictions it applies in. `content_hash`: of the course when the approval was recorded.
    `minutes`: by mode of delivery. `withdrawn_from`: the first day on which it no longer applies. `duplicate_of`: the
    record of the same approval that counts, for one that was recorded twice before the database refused that.
    """

    __tablename__ = "approval"
    __table_args__ = (
        Index("uq_approval_identity", "identity", unique=True, sqlite_where=COUNTS, postgresql_where=COUNTS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    course_id: Mapped[str] = mapped_column(index=True)
    approver: Mapped[str]
    number: Mapped[str]
    states: Mapped[list[str]] = mapped_column(JSON)
    course_version: Mapped[str]
    content_hash: Mapped[str]
    speakers: Mapped[list[str]] = mapped_column(JSON)  # none for a self-paced course
    minutes: Mapped[dict[str, Any]] = mapped_column(JSON)
    first_day: Mapped[date]
    last_day: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    recorded_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_why: Mapped[str | None]
    withdrawn_from: Mapped[date | None]
    identity: Mapped[str]
    duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey("approval.id"))
    duplicate_of: Mapped["Approval | None"] = relationship(remote_side="Approval.id")

    @property
    def terms(self) -> ApprovalTerms:
        return ApprovalTerms(
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

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import UTCDateTime
from course.platform.decisions import Decidable
from course.platform.quotas import UPLOAD


class CreditState(StrEnum):
    """The values in the database; `label` is what people read."""

    UNVERIFIED = "not verified"
    VERIFIED = "verified"
    REJECTED = "refused"

    @property
    def label(self) -> str:
        return "rejected" if self is CreditState.REJECTED else str(self)

    @property
    def tone(self) -> str:
        """The kind of badge that shows the state."""
        return {CreditState.UNVERIFIED: "warn", CreditState.VERIFIED: "ok", CreditState.REJECTED: "danger"}[self]


class ExternalCredit(Decidable):
    """Education with another provider, entered by the learner. An administrator verifies it by its document."""

    __tablename__ = "other_record"
    OPEN = CreditState.UNVERIFIED

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    title: Mapped[str]
    provider: Mapped[str]
    approval: Mapped[str | None]  # approver and number, as in the document
    mode: Mapped[str]  # a catalog Mode
    minutes: Mapped[int]
    completed_on: Mapped[date]
    document: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, info=UPLOAD)
    document_type: Mapped[str | None]  # a media type
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)  # by the learner; a change undoes the decision
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column("checked_at", UTCDateTime)
    decided_by: Mapped[str | None] = mapped_column("checked_by")
    note: Mapped[str | None]  # the learner reads it

    @property
    def credit_state(self) -> CreditState:
        return CreditState(self.state)

    def facts(self) -> dict[str, str | int | None]:
        """Return what the audit log records."""
        return {
            "title": self.title,
            "provider": self.provider,
            "approval": self.approval,
            "mode": self.mode,
            "minutes": self.minutes,
            "completed_on": self.completed_on.isoformat(),
        }

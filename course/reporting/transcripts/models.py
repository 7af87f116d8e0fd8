from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import UTCDateTime
from course.platform.decisions import Decidable


class State(StrEnum):
    UNCHECKED = "not verified"
    VERIFIED = "verified"
    REFUSED = "refused"

    @property
    def tone(self) -> str:
        """The kind of badge that says it."""
        return {State.UNCHECKED: "warn", State.VERIFIED: "ok", State.REFUSED: "danger"}[self]


class OtherRecord(Decidable):
    """Education that the learner did elsewhere and says so here, with its document."""

    __tablename__ = "other_record"
    OPEN = State.UNCHECKED

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    title: Mapped[str]
    provider: Mapped[str]
    approval: Mapped[str | None]  # approver and number, as the document says
    mode: Mapped[str]  # a catalog Mode
    minutes: Mapped[int]
    completed_on: Mapped[date]
    document: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    document_type: Mapped[str | None]  # a media type
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)  # by the learner, which ends an earlier check
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column("checked_at", UTCDateTime)
    decided_by: Mapped[str | None] = mapped_column("checked_by")
    note: Mapped[str | None]  # the learner reads it

    @property
    def checked(self) -> State:
        return State(self.state)

    def facts(self) -> dict[str, str | int | None]:
        """What the audit log keeps of it."""
        return {
            "title": self.title,
            "provider": self.provider,
            "approval": self.approval,
            "mode": self.mode,
            "minutes": self.minutes,
            "completed_on": self.completed_on.isoformat(),
        }

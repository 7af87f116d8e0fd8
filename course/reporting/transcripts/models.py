from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, false
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import UTCDateTime
from course.platform.decisions import Decidable, ProofState
from course.platform.quotas import UPLOAD


class ExternalCredit(Decidable):
    """Education with another provider, entered by the learner. An administrator verifies it by its document."""

    __tablename__ = "other_record"
    OPEN = ProofState.UNVERIFIED

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    title: Mapped[str]
    provider: Mapped[str]
    approval: Mapped[str | None]  # approver and number, as in the document
    mode: Mapped[str]  # a catalog Mode
    minutes: Mapped[int]
    completed_on: Mapped[date]
    is_needling: Mapped[bool] = mapped_column(default=False, server_default=false())  # training in dry needling
    is_entry_level: Mapped[bool] = mapped_column(default=False, server_default=false())  # part of the degree
    topics: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")  # ids of modules/topics.yaml
    approvers: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")  # ids that state laws name
    document: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, info=UPLOAD)
    document_type: Mapped[str | None]  # a media type
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)  # by the learner; a change undoes the decision
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column("checked_at", UTCDateTime)
    decided_by: Mapped[str | None] = mapped_column("checked_by")
    note: Mapped[str | None]  # the learner reads it

    @property
    def credit_state(self) -> ProofState:
        return ProofState(self.state)

    def facts(self) -> dict[str, Any]:
        """Return what the audit log records."""
        return {
            "title": self.title,
            "provider": self.provider,
            "approval": self.approval,
            "mode": self.mode,
            "minutes": self.minutes,
            "completed_on": self.completed_on.isoformat(),
            "is_needling": self.is_needling,
            "is_entry_level": self.is_entry_level,
            "topics": self.topics,
            "approvers": self.approvers,
        }

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, LargeBinary, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from course.db import Model, UTCDateTime


class OtherRecord(Model):
    """Education that the learner did elsewhere and says so here, with its document."""

    __tablename__ = "other_record"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
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
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(default="unchecked", index=True)  # unchecked, verified or refused
    checked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    checked_by: Mapped[str | None]
    note: Mapped[str | None]  # the learner reads it

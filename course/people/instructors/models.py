from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Model, UTCDateTime


class Qualification(Model):
    """What qualifies a person to instruct, such as a license. A renewal is a row of its own, so that gaps show."""

    __tablename__ = "instructor_qualification"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    name: Mapped[str]
    issuer: Mapped[str]
    number: Mapped[str | None]
    first_day: Mapped[date]
    expires_on: Mapped[date | None]  # the last day; None: it does not expire
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    recorded_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # because it was recorded in error

    def is_in_force(self, day: date) -> bool:
        return self.first_day <= day and (self.expires_on is None or day <= self.expires_on)

    def facts(self) -> dict[str, str | None]:
        """Return what the audit log records."""
        return {
            "name": self.name,
            "issuer": self.issuer,
            "number": self.number,
            "first_day": self.first_day.isoformat(),
            "expires_on": self.expires_on.isoformat() if self.expires_on else None,
        }

"""The log of supervised treatment sessions: who supervised, what was sent to whom, and what was confirmed."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.learning.supervision.statement import PROFESSIONS, SupervisorStatement
from course.platform.db import Model, UTCDateTime


class Setting(StrEnum):
    """Where a session took place."""

    CLINIC = "clinic"
    HOSPITAL = "hospital"
    SPORTS = "sports"
    HOME = "home"
    COURSE = "course"
    OTHER = "other"

    @property
    def words(self) -> str:
        return _SETTING_WORDS[self]


_SETTING_WORDS = {
    Setting.CLINIC: "Outpatient clinic",
    Setting.HOSPITAL: "Hospital",
    Setting.SPORTS: "Sports facility",
    Setting.HOME: "Patient's home",
    Setting.COURSE: "Hands-on course",
    Setting.OTHER: "Other",
}


class Supervisor(Model):
    """Somebody who supervises a learner, as the learner entered them. A removed one keeps its row for its requests."""

    __tablename__ = "supervisor"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    name: Mapped[str]
    email: Mapped[str]
    profession: Mapped[str | None]
    jurisdiction: Mapped[str | None]  # that licensed the supervisor
    license_number: Mapped[str | None]
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def profession_words(self) -> str | None:
        return PROFESSIONS[self.profession] if self.profession else None


class SupervisionRequest(Model):
    """Sessions that were sent to a supervisor. The link in the mail is not stored: it is signed, and names `sends`.

    Sending it again raises `sends`, which ends the earlier link. `statement`: the supervisor's answers, as a
    `SupervisorStatement`; they never change. `reason`: why sessions were not confirmed.
    """

    __tablename__ = "supervision_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    supervisor_id: Mapped[int] = mapped_column(ForeignKey("supervisor.id"), index=True)
    sends: Mapped[int] = mapped_column(default=1)
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime)  # the last time
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    statement: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    reason: Mapped[str | None]

    supervisor: Mapped[Supervisor] = relationship(lazy="joined", innerjoin=True, viewonly=True)

    @property
    def answers(self) -> SupervisorStatement | None:
        """Return what the supervisor stated; None before the answer."""
        return SupervisorStatement.from_json(self.statement) if self.statement else None

    def is_waiting(self, now: datetime) -> bool:
        """Return whether the supervisor can still answer."""
        return self.withdrawn_at is None and self.answered_at is None and now < self.expires_at


class SupervisedSession(Model):
    """One treatment session. Once it is confirmed, a trigger refuses changes.

    `request_id`: the request that it is part of; None: it was not sent, or the request was withdrawn.
    """

    __tablename__ = "supervised_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    held_on: Mapped[date]
    minutes: Mapped[int]
    muscles: Mapped[list[str]] = mapped_column(JSON)  # ids of modules/muscles.yaml
    setting: Mapped[str]  # a Setting
    jurisdiction: Mapped[str]  # where it took place
    by_video: Mapped[bool]  # the supervisor was present by live video only
    note: Mapped[str | None]
    logged_at: Mapped[datetime] = mapped_column(UTCDateTime)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("supervision_request.id"), index=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    declined_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    request: Mapped[SupervisionRequest | None] = relationship(viewonly=True)
    annulment: Mapped["SessionAnnulment | None"] = relationship(viewonly=True)

    @property
    def is_decided(self) -> bool:
        """Return whether the supervisor has confirmed or declined it."""
        return self.confirmed_at is not None or self.declined_at is not None

    @property
    def setting_words(self) -> str:
        return Setting(self.setting).words

    def facts(self) -> dict[str, Any]:
        """Return what the audit log keeps of it. It never forgets, so it gets no note."""
        return {
            "held_on": self.held_on.isoformat(),
            "minutes": self.minutes,
            "muscles": self.muscles,
            "setting": self.setting,
            "jurisdiction": self.jurisdiction,
            "by_video": self.by_video,
        }


class SessionAnnulment(Model):
    """Why a confirmed session no longer counts. The session itself stays as it was confirmed."""

    __tablename__ = "session_annulment"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("supervised_session.id"), unique=True)
    reason: Mapped[str]
    annulled_at: Mapped[datetime] = mapped_column(UTCDateTime)
    annulled_by: Mapped[str]

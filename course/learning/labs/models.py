"""Labs: when and where, who teaches, who signed up, and who was there. What a status says is derived from these."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.content.schema.hours import Mode
from course.learning.labs import lab_times
from course.people.accounts.models import User
from course.platform.dates import date_in
from course.platform.db import Model, UTCDateTime


class LabTopic(Model):
    """A topic of a lab, an id of modules/topics.yaml, and the minutes for it."""

    __tablename__ = "lab_topic"

    lab_id: Mapped[int] = mapped_column(ForeignKey("lab.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(primary_key=True)
    minutes: Mapped[int]


class LabInstructor(Model):
    """Somebody who teaches a lab. The one with the lowest `place` is its first instructor.

    `name`: as it was when the lab was last changed or was closed. It stays when the account is gone.
    """

    __tablename__ = "lab_instructor"

    lab_id: Mapped[int] = mapped_column(ForeignKey("lab.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, index=True)
    place: Mapped[int]
    name: Mapped[str] = mapped_column(server_default="")
    user: Mapped[User] = relationship()


class Lab(Model):
    """A session in person, or live online, at one place and time. `secret` makes the codes of its screen."""

    __tablename__ = "lab"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    course_id: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]
    mode: Mapped[str]  # a catalog Mode
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    time_zone: Mapped[str]
    place: Mapped[str]  # the address, or how to join online
    jurisdiction: Mapped[str]
    capacity: Mapped[int]
    secret: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    canceled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    cancel_reason: Mapped[str | None]
    # What an instructor states when the lab is closed.
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_by: Mapped[str | None]
    needles_out: Mapped[int | None]
    needles_in: Mapped[int | None]
    needle_note: Mapped[str | None]  # why the counts differ
    incidents: Mapped[str | None]

    topics: Mapped[list[LabTopic]] = relationship(order_by=LabTopic.topic, cascade="all, delete-orphan")
    teaching: Mapped[list[LabInstructor]] = relationship(order_by=LabInstructor.place, cascade="all, delete-orphan")

    @property
    def topic_minutes(self) -> Mapping[str, int]:
        return {one.topic: one.minutes for one in self.topics}

    @property
    def instructors(self) -> list[str]:
        """Return the names of those who teach it, the first instructor first."""
        return [one.name for one in self.teaching]

    @property
    def day(self) -> date:
        """Return the day of the lab where it takes place."""
        return date_in(self.time_zone, self.starts_at)

    @property
    def when(self) -> str:
        return lab_times.in_words(self.starts_at, self.ends_at, self.time_zone)

    @property
    def minutes(self) -> int:
        return lab_times.minutes_between(self.starts_at, self.ends_at)

    @property
    def is_online(self) -> bool:
        return self.mode == Mode.LIVE_ONLINE

    def facts(self) -> dict[str, object]:
        """Return what the audit log records."""
        return {
            "course": self.course_id,
            "title": self.title,
            "mode": self.mode,
            "starts_at": self.starts_at.isoformat(),
            "ends_at": self.ends_at.isoformat(),
            "time_zone": self.time_zone,
            "place": self.place,
            "jurisdiction": self.jurisdiction,
            "capacity": self.capacity,
            "topics": dict(self.topic_minutes),
            "instructors": self.instructors,
        }


class Booking(Model):
    """A learner's sign-up. The first open ones, as many as the lab has places, are in; the others wait in order."""

    __tablename__ = "lab_booking"
    __table_args__ = (
        Index(
            "uq_lab_booking_open",
            "lab_id",
            "user_id",
            unique=True,
            sqlite_where=text("canceled_at IS NULL"),
            postgresql_where=text("canceled_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lab_id: Mapped[int] = mapped_column(ForeignKey("lab.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    booked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    canceled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class How(StrEnum):
    """How a presence was recorded."""

    CODE = "code"
    ROSTER = "roster"


class Presence(Model):
    """A time during which a learner was there. A correction is a row of its own that replaces an earlier one.

    `out_at` None: still there, or never checked out. A correction with `in_at` equal to `out_at` says: not there.
    """

    __tablename__ = "lab_presence"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    lab_id: Mapped[int] = mapped_column(ForeignKey("lab.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    in_at: Mapped[datetime] = mapped_column(UTCDateTime)
    out_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    how: Mapped[str]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("lab_presence.id"), unique=True)
    reason: Mapped[str | None]  # why it was recorded by the roster


class AttendanceCheck(Model):
    """A short code that learners of a live online lab enter while it is shown."""

    __tablename__ = "attendance_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    lab_id: Mapped[int] = mapped_column(ForeignKey("lab.id"), index=True)
    digits: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closes_at: Mapped[datetime] = mapped_column(UTCDateTime)


class AttendanceAnswer(Model):
    """A learner's answer to an attendance check, given in time."""

    __tablename__ = "attendance_answer"

    check_id: Mapped[int] = mapped_column(ForeignKey("attendance_check.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, index=True)
    answered_at: Mapped[datetime] = mapped_column(UTCDateTime)

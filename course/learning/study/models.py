"""What people studied: sections, answers to knowledge checks, active time, cycles and feedback."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from course.content.schema.hours import Mode
from course.platform.db import Model, UTCDateTime


class Reading(Model):
    """A section that a person completed, with every knowledge check answered. Written once."""

    __tablename__ = "reading"
    __table_args__ = (UniqueConstraint("user_id", "module_id", "section_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    module_id: Mapped[str]
    section_id: Mapped[str]
    content_hash: Mapped[str]  # digest of the section as it was read
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    seconds: Mapped[int | None]  # see reading_time.py; None: completed before time was recorded


class SectionOpening(Model):
    """When a person first opened a section; in a new cycle of the course, when they opened it again."""

    __tablename__ = "section_opening"
    __table_args__ = (UniqueConstraint("user_id", "module_id", "section_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    module_id: Mapped[str]
    section_id: Mapped[str]
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class Rereading(Model):
    """A section that was completed again. Append-only."""

    __tablename__ = "rereading"
    __table_args__ = (Index("ix_rereading_place", "user_id", "module_id", "section_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    module_id: Mapped[str]
    section_id: Mapped[str]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    seconds: Mapped[int | None]  # None for repeats within a cycle, which earn nothing


class CheckAnswer(Model):
    """An answer to a knowledge check. Append-only; the newest one counts."""

    __tablename__ = "check_answer"
    __table_args__ = (Index("ix_check_answer_place", "user_id", "module_id", "section_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    module_id: Mapped[str]
    section_id: Mapped[str]
    check_id: Mapped[str]
    choice: Mapped[Any] = mapped_column(JSON)  # option letters, or the placement of a needle
    correct: Mapped[bool]
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class SeatTime(Model):
    """Active time in one section, measured by beacons. Evidence only: contact minutes are computed from the text."""

    __tablename__ = "seat_time"
    __table_args__ = (UniqueConstraint("user_id", "module_id", "section_id", "mode"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    module_id: Mapped[str]
    section_id: Mapped[str]
    mode: Mapped[str] = mapped_column(default=Mode.SELF_PACED_ONLINE)
    seconds: Mapped[int] = mapped_column(default=0)
    place: Mapped[str] = mapped_column(default="")  # anchor of the heading last on screen
    first_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Cycle(Model):
    """The start of a new cycle of a course. The first cycle has no row. Append-only."""

    __tablename__ = "course_cycle"
    __table_args__ = (UniqueConstraint("user_id", "course_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    course_id: Mapped[str]
    number: Mapped[int]
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    active_before: Mapped[dict[str, int]] = mapped_column(JSON)  # active seconds by module at that moment


class SectionFeedback(Model):
    """What a person says about a section. One row for each person and section; the person can change it."""

    __tablename__ = "section_feedback"
    __table_args__ = (UniqueConstraint("user_id", "module_id", "section_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    module_id: Mapped[str]
    section_id: Mapped[str]
    content_hash: Mapped[str]  # digest of the section as it was read
    helpful: Mapped[bool]
    comment: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(UTCDateTime)

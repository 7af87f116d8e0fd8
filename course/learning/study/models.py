from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from course.content.schema.hours import Mode
from course.platform.db import Model, UTCDateTime


class Reading(Model):
    """A section was studied: its end was reached and its knowledge checks were answered. Written once."""

    __tablename__ = "reading"
    __table_args__ = (UniqueConstraint("user_id", "module_id", "section_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    module_id: Mapped[str]
    section_id: Mapped[str]
    content_hash: Mapped[str]  # the section's, as it was read
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class Rereading(Model):
    """A section that was studied already was studied again. Append-only."""

    __tablename__ = "rereading"
    __table_args__ = (Index("ix_rereading_place", "user_id", "module_id", "section_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    module_id: Mapped[str]
    section_id: Mapped[str]
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class CheckAnswer(Model):
    """An answer to a knowledge check in the text. Append-only; the newest counts."""

    __tablename__ = "check_answer"
    __table_args__ = (Index("ix_check_answer_place", "user_id", "module_id", "section_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    module_id: Mapped[str]
    section_id: Mapped[str]
    check_id: Mapped[str]
    choice: Mapped[Any] = mapped_column(JSON)  # letters, or where a needle was placed
    correct: Mapped[bool]
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class SeatTime(Model):
    """Active time in one section, counted by beacons: evidence beside the computed contact minutes."""

    __tablename__ = "seat_time"
    __table_args__ = (UniqueConstraint("user_id", "module_id", "section_id", "mode"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    module_id: Mapped[str]
    section_id: Mapped[str]
    mode: Mapped[str] = mapped_column(default=Mode.SELF_PACED_ONLINE)
    seconds: Mapped[int] = mapped_column(default=0)
    place: Mapped[str] = mapped_column(default="")  # the heading last on screen, to come back to
    first_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Cycle(Model):
    """A renewal: the course is done anew, from this moment on. The first cycle has no row. Append-only."""

    __tablename__ = "course_cycle"
    __table_args__ = (UniqueConstraint("user_id", "course_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    course_id: Mapped[str]
    number: Mapped[int]
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    active_before: Mapped[dict[str, int]] = mapped_column(JSON)  # seconds by module that seat_time had by then


class SectionFeedback(Model):
    """Whether a section helped a reader, in one answer a person that may be changed."""

    __tablename__ = "section_feedback"
    __table_args__ = (UniqueConstraint("user_id", "module_id", "section_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    module_id: Mapped[str]
    section_id: Mapped[str]
    content_hash: Mapped[str]  # the section's, as it was judged
    helpful: Mapped[bool]
    comment: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(UTCDateTime)

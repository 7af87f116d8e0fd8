"""Skills that instructors signed off, and determinations of competence. Rows never change; later facts are rows."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Model, UTCDateTime


class SkillVersion(Model):
    """The rubric of a skill under its digest, so that a sign-off can be read after the file has changed."""

    __tablename__ = "skill_version"

    digest: Mapped[str] = mapped_column(primary_key=True)
    skill_id: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)  # a Rubric


class SkillSignOff(Model):
    """One attempt at a skill, signed by an instructor. The device makes the code, so that it is stored once."""

    __tablename__ = "skill_sign_off"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)  # the learner
    instructor_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    instructor_name: Mapped[str]
    credentials: Mapped[str | None]  # the instructor's at that time
    lab_code: Mapped[UUID | None] = mapped_column(Uuid, index=True)
    course_id: Mapped[str]
    skill_id: Mapped[str]
    digest: Mapped[str] = mapped_column(ForeignKey("skill_version.digest"))
    steps: Mapped[list[int]] = mapped_column(JSON)  # the steps that were seen, counted from 0
    errors: Mapped[list[int]] = mapped_column(JSON)  # the critical errors that were made
    passed: Mapped[bool]
    note: Mapped[str | None]
    signed_at: Mapped[datetime] = mapped_column(UTCDateTime)  # by the device's clock
    time_zone: Mapped[str]  # where it was signed
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SkillCountersignature(Model):
    """The learner's answer to a sign-off: agreed, or contested with a note."""

    __tablename__ = "skill_countersignature"

    id: Mapped[int] = mapped_column(primary_key=True)
    sign_off_id: Mapped[int] = mapped_column(ForeignKey("skill_sign_off.id"), unique=True)
    agreed: Mapped[bool]
    note: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class Determination(Model):
    """An instructor's signed statement whether a learner is competent to needle, with everything that it rests on."""

    __tablename__ = "determination"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    learner_name: Mapped[str]
    instructor_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    instructor_name: Mapped[str]
    credentials: Mapped[str | None]
    qualifications: Mapped[list[str]] = mapped_column(JSON)  # the instructor's that were in force, in words
    course_id: Mapped[str]
    course_title: Mapped[str]
    lab_code: Mapped[UUID | None] = mapped_column(Uuid)
    skills: Mapped[list[list[str]]] = mapped_column(JSON)  # what was passed: title, day, instructor
    competent: Mapped[bool]
    statement: Mapped[str]
    note: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    time_zone: Mapped[str]


class DeterminationAnnulment(Model):
    """The end of a determination, by its author or an administrator."""

    __tablename__ = "determination_annulment"

    id: Mapped[int] = mapped_column(primary_key=True)
    determination_id: Mapped[int] = mapped_column(ForeignKey("determination.id"), unique=True)
    by_name: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(UTCDateTime)

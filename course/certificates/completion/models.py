from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Model, UTCDateTime


class Evaluation(Model):
    """A person's evaluation of a course, given once a cycle and never changed. `answers` by question id."""

    __tablename__ = "evaluation"
    __table_args__ = (UniqueConstraint("user_id", "course_id", "cycle"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    course_id: Mapped[str]
    cycle: Mapped[int] = mapped_column(default=1)
    course_version: Mapped[str]
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    given_at: Mapped[datetime] = mapped_column(UTCDateTime)

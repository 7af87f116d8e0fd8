"""What a holder decides about an award (person, course, cycle) also applies to a certificate that replaces another."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Model, UTCDateTime


class ShareLink(Model):
    """Shows a certificate and its files to anyone with the link, until its owner ends it."""

    __tablename__ = "share_link"
    __table_args__ = (Index("ix_share_link_award", "user_id", "course_id", "cycle"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    course_id: Mapped[str]
    cycle: Mapped[int]
    label: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class HiddenName(Model):
    """The public verification shows initials instead of the name."""

    __tablename__ = "hidden_name"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    course_id: Mapped[str] = mapped_column(primary_key=True)
    cycle: Mapped[int] = mapped_column(primary_key=True)
    hidden_at: Mapped[datetime] = mapped_column(UTCDateTime)

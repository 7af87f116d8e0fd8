from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Model, UTCDateTime

# What somebody decides here holds for an award (person, course, cycle), so that a certificate that takes another's
# place keeps it.


class ShareLink(Model):
    """Shows a certificate with its files to whoever holds the link, until its owner ends it."""

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
    """The public check shows initials in place of the name."""

    __tablename__ = "hidden_name"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    course_id: Mapped[str] = mapped_column(primary_key=True)
    cycle: Mapped[int] = mapped_column(primary_key=True)
    hidden_at: Mapped[datetime] = mapped_column(UTCDateTime)

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Model, UTCDateTime

BY_CODEPOINT = String().with_variant(String(collation="C"), "postgresql")  # so that what begins alike lies together

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


class DirectoryName(Model):
    """A way in which the directory finds a certificate whose holder opted in. `key`: one of names.keys()."""

    __tablename__ = "directory_name"
    __table_args__ = (Index("ix_directory_name_state_key", "state", "key"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    course_id: Mapped[str] = mapped_column(primary_key=True)
    cycle: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(BY_CODEPOINT, primary_key=True)
    state: Mapped[str]  # of the license that the certificate is for

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Model

BY_CODEPOINT = String().with_variant(String(collation="C"), "postgresql")  # keys with one beginning are neighbors


class DirectoryName(Model):
    """One way to find an award, whose holder chose to be listed: a key of name_keys.keys()."""

    __tablename__ = "directory_name"
    __table_args__ = (Index("ix_directory_name_state_key", "state", "key"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    course_id: Mapped[str] = mapped_column(primary_key=True)
    cycle: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(BY_CODEPOINT, primary_key=True)
    state: Mapped[str]  # the state of the license that the certificate is for

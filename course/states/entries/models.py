"""Checks of state entries, editions of their requirements, and notices of changes."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Model, UTCDateTime


class StateCheck(Model):
    """An administrator's check of a state's entry, with the whole entry as checked.

    The newest check of a state replaces the entry in the file, unless that was checked later.
    """

    __tablename__ = "jurisdiction_override"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(index=True)
    entry: Mapped[dict[str, Any]] = mapped_column(JSON)
    checked_on: Mapped[date]
    note: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    author_name: Mapped[str]
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class RequirementsEdition(Model):
    """The requirements of a state after each change. Comparing with the newest edition finds the next change."""

    __tablename__ = "jurisdiction_edition"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(index=True)
    digest: Mapped[str]
    changes: Mapped[list[Any]] = mapped_column(JSON)  # [label, before, after], in words
    demand: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class ChangeNotice(Model):
    """A changed edition that a person licensed in the state is shown until they mark it as seen."""

    __tablename__ = "jurisdiction_notice"
    __table_args__ = (UniqueConstraint("user_id", "edition_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    edition_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction_edition.id"))
    seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

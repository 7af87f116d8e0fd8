from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Model, UTCDateTime


class StateCheck(Model):
    """An administrator's check of one state's entry: the whole entry as it stood then. The newest counts, until the
    file has an entry that was checked later."""

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
    """What a state demanded, each time that it changed: so that a change is told once."""

    __tablename__ = "jurisdiction_edition"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(index=True)
    digest: Mapped[str]
    changes: Mapped[list[Any]] = mapped_column(JSON)  # [field, before, after] in words
    demand: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class ChangeNotice(Model):
    """An edition that a person licensed in the state is told of, until they have seen it."""

    __tablename__ = "jurisdiction_notice"
    __table_args__ = (UniqueConstraint("user_id", "edition_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    edition_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction_edition.id"))
    seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

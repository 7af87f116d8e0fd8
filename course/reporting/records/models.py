from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Model, UTCDateTime


class RecordCheck(Model):
    """One run of the self-check: what was looked at, and what doesn't agree. Append-only once it is finished.

    Until then `last_id` says how far it has come, so that a worker that was stopped goes on from there.
    """

    __tablename__ = "record_check"
    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    claimed_until: Mapped[datetime | None] = mapped_column(UTCDateTime)  # by the worker that does the next part
    last_id: Mapped[int] = mapped_column(default=0)  # the certificate that was looked at last
    looked_at: Mapped[int] = mapped_column(default=0)  # certificates
    counts: Mapped[dict[str, int]] = mapped_column(JSON)  # faults by kind
    faults: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # kind, subject, words: the first ones


class Packet(Model):
    """An answer to a board's audit, made in the background; its file lies in the data folder."""

    __tablename__ = "audit_packet"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    question: Mapped[dict[str, Any]] = mapped_column(JSON)  # a course and a period, or a person
    as_of: Mapped[datetime] = mapped_column(UTCDateTime)  # what was on record then is in it
    actor_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    done: Mapped[int] = mapped_column(default=0)  # parts made so far, of `parts`
    parts: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failure: Mapped[str | None]
    sha256: Mapped[str | None]
    first_sha256: Mapped[str | None]  # of the first time that it was made; another one now is told
    size: Mapped[int | None]  # bytes

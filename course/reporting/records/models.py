from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Model, UTCDateTime


class RecordCheck(Model):
    """One run of the records check and the discrepancies that it found. Append-only once it is finished.

    Until then `last_id` says how far it got, so that another worker can continue after an interruption.
    """

    __tablename__ = "record_check"
    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    claimed_until: Mapped[datetime | None] = mapped_column(UTCDateTime)  # by the worker that does the next step
    last_id: Mapped[int] = mapped_column(default=0)  # id of the last certificate that was checked
    looked_at: Mapped[int] = mapped_column(default=0)  # number of certificates checked
    counts: Mapped[dict[str, int]] = mapped_column(JSON)  # number of faults by kind
    faults: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # the first ones: kind, subject, words


class AuditSeal(Model):
    """A signed digest of all audit events up to one. A change to an earlier event breaks it."""

    __tablename__ = "audit_seal"
    id: Mapped[int] = mapped_column(primary_key=True)
    last_id: Mapped[int] = mapped_column(unique=True)  # id of the last event that it covers
    events: Mapped[int]  # how many events it adds to the seal before
    digest: Mapped[str]
    sealed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    key: Mapped[str]  # the public key in multibase, as in did.json
    signature: Mapped[str]


class Packet(Model):
    """An audit packet. The worker creates its file in the data folder."""

    __tablename__ = "audit_packet"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    question: Mapped[dict[str, Any]] = mapped_column(JSON)  # a PacketRequest
    as_of: Mapped[datetime] = mapped_column(UTCDateTime)  # the packet shows what was on record at this moment
    actor_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    done: Mapped[int] = mapped_column(default=0)  # finished steps, out of `parts`
    parts: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failure: Mapped[str | None]
    sha256: Mapped[str | None]
    first_sha256: Mapped[str | None]  # of the first file; the page says if a later one differs
    size: Mapped[int | None]  # bytes

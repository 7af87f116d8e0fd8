"""Requests that an administrator decides: the columns that their tables share, and the steps from open to decided."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import Index, Select, Uuid, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from course.platform import db
from course.platform.db import Model, UTCDateTime
from course.platform.web import Refused

D = TypeVar("D", bound="Decidable")


class ProofState(StrEnum):
    """Whether an administrator has compared what a person entered with its document. `label` is what people read."""

    UNVERIFIED = "not verified"
    VERIFIED = "verified"
    REJECTED = "refused"

    @property
    def label(self) -> str:
        return "rejected" if self is ProofState.REJECTED else str(self)

    @property
    def tone(self) -> str:
        """The kind of badge that shows the state."""
        return {ProofState.UNVERIFIED: "warn", ProofState.VERIFIED: "ok", ProofState.REJECTED: "danger"}[self]


class DecidedAlready(Refused):
    message = "This was already decided. Nothing was changed."


class OwnRecord(Refused):
    status = 403
    message = (
        "This concerns your own record, so another administrator has to do it. To add an administrator, run "
        "./run people create-admin on the server."
    )


class Actor(Protocol):
    @property
    def id(self) -> int: ...


def require_another(actor: Actor | None, person_id: int, refusal: type[OwnRecord] = OwnRecord) -> None:
    """Raise the refusal if the actor is the person whom the decision concerns. `actor` None is the system."""
    if actor is not None and actor.id == person_id:
        raise refusal


class Decidable(Model):
    """A table of requests. Each row is open until an administrator decides it."""

    __abstract__ = True
    OPEN: ClassVar[str]  # the state of an undecided row

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    state: Mapped[str] = mapped_column(index=True)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


def one_waiting(name: str, *columns: str) -> Index:
    """Return an index that allows only one waiting row with the same values in `columns`."""
    waiting = text("state = 'waiting'")
    return Index(name, *columns, unique=True, sqlite_where=waiting, postgresql_where=waiting)


def ask(row: Decidable, refusal: type[Refused]) -> None:
    """Add an open row. Raise the refusal if another open row must be decided first."""
    row.state = row.OPEN
    db.session.add(row)
    try:
        db.session.flush()
    except IntegrityError:
        raise refusal from None


def require_open(row: Decidable) -> None:
    """Raise DecidedAlready if the row is decided."""
    if row.state != row.OPEN:
        raise DecidedAlready


def locked_open(row: D) -> D:
    """Return the current row, locked until the transaction ends. Raise DecidedAlready if it is decided."""
    row = db.locked(type(row), row.id)
    require_open(row)
    return row


def decide(row: Decidable, state: str, now: datetime) -> None:
    """Store the decision."""
    row.state, row.decided_at = state, now


def open_rows(model: type[D]) -> Select[D]:
    """Select the open rows, oldest first."""
    return select(model).where(model.state == model.OPEN).order_by(model.id)


def decided_rows(model: type[D]) -> Select[D]:
    """Select the decided rows, newest first."""
    return select(model).where(model.state != model.OPEN).order_by(model.id.desc())


def count(rows: Select[Any]) -> int:
    """Return the number of selected rows."""
    return db.session.scalar(select(func.count()).select_from(rows.order_by(None).subquery())) or 0

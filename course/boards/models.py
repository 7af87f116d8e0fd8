from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from course.db import Model, UTCDateTime


class Roster(Model):
    """A file that was made for a board or its service, kept as it was sent, with the receipt that came back."""

    __tablename__ = "board_roster"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    board: Mapped[str]  # a key of the settings' boards
    format: Mapped[str]  # sheet, xml or csv
    file: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    file_sha256: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    made_by: Mapped[str]
    receipt: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    receipt_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Report(Model):
    """A completion that was sent to a board. While there is no row it is derived: not required, ready or blocked."""

    __tablename__ = "board_report"
    __table_args__ = (UniqueConstraint("certificate_id", "board"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"))
    board: Mapped[str]
    roster_id: Mapped[int] = mapped_column(ForeignKey("board_roster.id"), index=True)
    state: Mapped[str]  # sent, accepted or rejected
    message: Mapped[str | None]  # what the board's receipt says of it
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)

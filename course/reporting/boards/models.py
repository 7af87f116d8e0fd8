from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Model, UTCDateTime


class Roster(Model):
    """A file that was made for a board or its service, kept as it was sent, with the receipt that came back."""

    __tablename__ = "board_roster"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    board: Mapped[str]  # a key of the settings' boards
    format: Mapped[str]  # sheet, xml or csv
    file: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    file_sha256: Mapped[str]
    records: Mapped[int]  # completions in it
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    made_by: Mapped[str]
    receipt: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    receipt_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Report(Model):
    """A completion that was sent to a board. While there is no row it is derived: not required, ready or blocked.

    A person's course is reported once a cycle, whatever became of its certificate; so is a license's course and day.
    """

    __tablename__ = "board_report"
    __table_args__ = (
        UniqueConstraint("user_id", "course_id", "cycle", "board"),
        UniqueConstraint("board", "record"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    course_id: Mapped[str]
    cycle: Mapped[int]
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"))  # the one that was reported
    board: Mapped[str]
    record: Mapped[str]  # a Line's key, by which a receipt names it
    roster_id: Mapped[int] = mapped_column(ForeignKey("board_roster.id"), index=True)
    state: Mapped[str]  # a Stage
    message: Mapped[str | None]  # what the board's receipt, or an administrator, says of it
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)

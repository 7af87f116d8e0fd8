from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Model, UTCDateTime


class Roster(Model):
    """A report file for a board or its service, exactly as it was sent, with the receipt that came back."""

    __tablename__ = "board_roster"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    board: Mapped[str]  # the key of a board in boards.yaml
    format: Mapped[str]  # sheet, xml or csv
    file: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    file_sha256: Mapped[str]
    records: Mapped[int]  # number of completions in the file
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    made_by: Mapped[str]
    receipt: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    receipt_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Report(Model):
    """A completion that was sent to a board. Until it is sent it has no row, and its status is derived.

    A board gets one report for a person's course in a cycle, even if the certificate was superseded, and one for a
    license, course and day.
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
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"))  # the certificate that was reported
    board: Mapped[str]
    record: Mapped[str]  # the key of the ReportLine, which a receipt repeats
    roster_id: Mapped[int] = mapped_column(ForeignKey("board_roster.id"), index=True)
    state: Mapped[str]  # a Stage
    message: Mapped[str | None]  # from the board's receipt or an administrator
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)

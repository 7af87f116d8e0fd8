from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from course.db import Model, UTCDateTime


class ShareLink(Model):
    """An owner's link that shows a certificate with its files to whoever holds it, until the owner ends it."""

    __tablename__ = "share_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), index=True)
    label: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Publicity(Model):
    """What the owner lets the public see of a certificate, beyond what checking it shows."""

    __tablename__ = "publicity"
    __table_args__ = (Index("ix_publicity_directory", "state", "name_key"),)

    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    initials: Mapped[bool] = mapped_column(default=False)  # the public check shows initials for the name
    listed: Mapped[bool] = mapped_column(default=False)  # found in the public directory
    state: Mapped[str]  # of the license that the certificate is for
    name_key: Mapped[str]  # the name as the directory searches it
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)

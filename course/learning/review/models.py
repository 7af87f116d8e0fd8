"""Signatures of clinical reviewers."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Model, UTCDateTime


class ModuleReview(Model):
    """A reviewer's signature on one version of a module's content. It does not cover later versions."""

    __tablename__ = "review"
    __table_args__ = (UniqueConstraint("module_id", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    module_id: Mapped[str]
    digest: Mapped[str]  # Module.reviewed_digest
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    name: Mapped[str]
    credentials: Mapped[str]
    at: Mapped[datetime] = mapped_column(UTCDateTime)

"""Forms that could not be saved yet, because their person has to sign in first."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Model, UTCDateTime


class KeptForm(Model):
    """What somebody typed into a form when their session had ended. Only they see it again, in the same browser."""

    __tablename__ = "kept_form"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)  # SHA-256 of the key in the browser's cookie
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    path: Mapped[str]
    fields: Mapped[list[tuple[str, str]]] = mapped_column(JSON)
    had_files: Mapped[bool]
    kept_at: Mapped[datetime] = mapped_column(UTCDateTime)

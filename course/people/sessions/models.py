"""The sessions of signed-in people."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Model, UTCDateTime


class SignInSession(Model):
    """One browser in which a person signed in. The cookie has a random token, of which only the digest is stored."""

    __tablename__ = "sign_in_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)  # also what its CSRF tokens are made for
    digest: Mapped[str] = mapped_column(unique=True)  # SHA-256 of the token
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    device: Mapped[str]  # the browser and system in words, such as Firefox on Windows
    device_digest: Mapped[str | None]  # SHA-256 of the cookie that stays in a browser after sign-out
    address: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    proved_at: Mapped[datetime] = mapped_column(UTCDateTime)  # when the person last proved who they are
    second_factor_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # when they last proved it in a second way
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

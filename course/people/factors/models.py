"""What proves that it is the person, other than the password: passkeys, an authenticator app, recovery codes."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Model, UTCDateTime


class Passkey(Model):
    """A key pair in a person's device or password manager. Only the public key is here."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]  # in COSE form
    sign_count: Mapped[int] = mapped_column(BigInteger)  # 0 for passkeys that several devices share
    name: Mapped[str]
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_challenge_at: Mapped[datetime] = mapped_column(UTCDateTime)  # an older challenge is not answered again


class AuthenticatorApp(Model):
    """The secret that a person's authenticator app makes six-digit codes from."""

    __tablename__ = "authenticator_app"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    sealed_secret: Mapped[str]
    last_counter: Mapped[int] = mapped_column(BigInteger)  # of the last code that was used; older ones are refused
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_used_at: Mapped[datetime] = mapped_column(UTCDateTime)


class RecoveryCode(Model):
    """One code to sign in with when the other factors are lost. It works once. Only its hash is stored."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    salt: Mapped[bytes]  # the codes of a set share it, so that one hash compares a code with all of them
    digest: Mapped[bytes]
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

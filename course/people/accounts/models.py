"""People, their licenses, and invitations."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from flask_login import UserMixin
from sqlalchemy import JSON, Dialect, ForeignKey, TypeDecorator, UniqueConstraint, Uuid, false, true
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from course.people.accounts import license_number
from course.people.accounts.name_parts import NameParts
from course.platform.access import Role
from course.platform.db import Model, UTCDateTime
from course.platform.folding import search_key
from course.platform.mail import addresses


def _key_of_email(context: DefaultExecutionContext) -> str:
    values = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return addresses.key(str(values["email"]))


class NamePartsJSON(TypeDecorator[NameParts]):
    """The parts of a name, or NULL if the person was not asked for them yet."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: NameParts | None, dialect: Dialect) -> dict[str, str] | None:  # noqa: ARG002
        return value.to_json() if value else None

    def process_result_value(self, value: Any, dialect: Dialect) -> NameParts | None:  # noqa: ARG002
        return NameParts.from_json(value) if value else None


class User(UserMixin, Model):  # type: ignore[misc]  # Flask-Login carries no types
    """A person with an account. A closed account keeps its row, without email and password."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    email: Mapped[str] = mapped_column(unique=True)  # as it is shown and mailed to
    # What all spellings of the email share; the person signs in by it. Two accounts from before it was unique may be
    # of one mailbox: then the later one has its email here as it is spelled.
    email_key: Mapped[str] = mapped_column(index=True, unique=True, default=_key_of_email, server_default="")
    legal_name: Mapped[str]  # as on the license, and as it is printed
    name_parts: Mapped[NameParts | None] = mapped_column(NamePartsJSON)  # None until the person has stated them
    confirmed_one_name: Mapped[str | None]  # the person's only name, once an administrator has seen proof of it
    search_key: Mapped[str] = mapped_column(default="", server_default="")  # of the name and the email
    password_hash: Mapped[str]
    role: Mapped[str] = mapped_column(default=Role.LEARNER)
    is_reviewer: Mapped[bool] = mapped_column(default=False)  # an administrator who may sign clinical reviews
    is_instructor: Mapped[bool] = mapped_column(default=False, server_default=false())  # teaches hands-on parts
    credentials: Mapped[str | None]  # degrees and licenses, as another administrator verified them
    email_confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    is_demo: Mapped[bool] = mapped_column(default=False)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # when the person closed the account
    license_mails: Mapped[bool] = mapped_column(default=True, server_default=true())  # remind before one expires
    kept_until: Mapped[date | None]  # the day on which what a board may ask for is erased

    licenses: Mapped[list["License"]] = relationship(
        order_by="License.id",
        primaryjoin="and_(User.id == License.user_id, License.removed_at.is_(None))",
        viewonly=True,
    )

    @property
    def name_in_mails(self) -> str:
        """The name in the greeting of a mail, empty until the email is confirmed.

        Otherwise somebody could sign up with a stranger's email and send them any text as a name.
        """
        return self.legal_name if self.email_confirmed_at else ""

    @validates("legal_name", "email")
    def _follow_with_search_key(self, column: str, value: str) -> str:
        found_by = {"legal_name": self.legal_name, "email": self.email} | {column: value}
        self.search_key = search_key(*(text for text in found_by.values() if text))
        return value


class EmailChange(Model):
    """A change of a person's email. It waits until a link to the new address was opened, unless it was ended.

    A link to the old address undoes it. Until that link expires, nobody else gets the old address.
    """

    __tablename__ = "email_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    old_email: Mapped[str]
    old_key: Mapped[str] = mapped_column(index=True)
    new_email: Mapped[str]
    new_key: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))  # the administrator who saw proof
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # when it was canceled, replaced or undone
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class License(Model):
    """A license to practice in one jurisdiction. A removed one keeps its row, because a certificate may name it."""

    __tablename__ = "license"
    __table_args__ = (UniqueConstraint("user_id", "jurisdiction", "profession", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    jurisdiction: Mapped[str]
    profession: Mapped[str]  # PT or PTA
    number: Mapped[str] = mapped_column(index=True)
    number_confirmed: Mapped[bool] = mapped_column(default=False, server_default=false())  # although it looks made up
    search_key: Mapped[str] = mapped_column(default="", server_default="")  # of the number
    first_licensed: Mapped[date | None]
    expires_on: Mapped[date | None]
    renewal_months: Mapped[int | None]  # how long one renewal lasts, as stated by the holder
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @validates("number")
    def _follow_with_search_key(self, _: str, number: str) -> str:
        self.search_key = search_key(number, license_number.key(number))
        return number

    def facts(self) -> dict[str, str | int | None]:
        """Return what the audit log keeps of the license."""
        return {
            "jurisdiction": self.jurisdiction,
            "profession": self.profession,
            "number": self.number,
            "first_licensed": self.first_licensed.isoformat() if self.first_licensed else None,
            "expires_on": self.expires_on.isoformat() if self.expires_on else None,
            "renewal_months": self.renewal_months,
        } | ({"number_confirmed": True} if self.number_confirmed else {})


class Invitation(Model):
    """A one-time link to create an account with a role. Only the digest of the link is stored."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

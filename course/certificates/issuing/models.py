from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ForeignKey, LargeBinary, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.certificates.directory.award import Award
from course.certificates.issuing.facts import Facts
from course.people.accounts.models import License, NamePartsJSON
from course.people.accounts.name_parts import NameParts
from course.platform.db import Model, UTCDateTime
from course.platform.decisions import one_waiting


class RequestState(StrEnum):
    WAITING = "waiting"
    ISSUED = "issued"
    REJECTED = "rejected"


class Request(Model):
    """A learner's signed request for a certificate, with the evidence that the course is complete."""

    __tablename__ = "certificate_request"
    __table_args__ = (one_waiting("uq_certificate_request_waiting", "user_id", "course_id", "cycle"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    course_id: Mapped[str]
    cycle: Mapped[int] = mapped_column(default=1)
    license_id: Mapped[int] = mapped_column(ForeignKey("license.id"))
    print_license: Mapped[bool]
    attested_name: Mapped[str]
    name_parts: Mapped[NameParts | None] = mapped_column(NamePartsJSON)  # None: signed before parts were kept
    attestation: Mapped[str]
    content_hash: Mapped[str]
    completion: Mapped[dict[str, Any]] = mapped_column(JSON)  # what completion_record.completion_of() returned
    completed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    requested_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(default=RequestState.WAITING, index=True)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by: Mapped[str | None]
    reason: Mapped[str | None]
    is_short: Mapped[bool] = mapped_column(default=False)  # too little time is on record for a module
    short_reason: Mapped[str | None]  # why an administrator lets it be issued all the same

    license: Mapped[License] = relationship()


class Certificate(Model):
    """A row of the register. Database triggers refuse to change or delete it, and it needs no other table.

    A certificate of a higher `revision` replaces the one that it `supersedes` in the same cycle.
    """

    __tablename__ = "certificate"
    __table_args__ = (UniqueConstraint("user_id", "course_id", "cycle", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(index=True)  # no foreign key: the register outlives the account
    course_id: Mapped[str]
    cycle: Mapped[int]
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"), unique=True)
    supersedes_why: Mapped[str | None]  # a Correction
    request_id: Mapped[int]
    name: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    content_hash: Mapped[str]
    template_version: Mapped[str]
    document: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    document_sha256: Mapped[str] = mapped_column(index=True)
    credential: Mapped[str | None] = mapped_column(Text, deferred=True)  # the signed Open Badge, byte for byte
    issuer: Mapped[str | None] = mapped_column(index=True)  # the DID that signed the badge
    status_index: Mapped[int | None] = mapped_column(unique=True)  # the certificate's bit in the status lists
    valid_until: Mapped[date | None]  # the last day, if certificates of the course expire
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    issued_by: Mapped[str]

    revocation: Mapped["Revocation | None"] = relationship(lazy="joined")
    successor: Mapped["Certificate | None"] = relationship(
        lazy="joined",
        join_depth=1,
        uselist=False,
        viewonly=True,
        primaryjoin="Certificate.id == foreign(remote(Certificate.supersedes_id))",
    )

    @property
    def award(self) -> Award:
        return Award(self.user_id, self.course_id, self.cycle)

    @property
    def backdated_to(self) -> date | None:
        """The date of issue on the certificate if two administrators approved an earlier one, else None."""
        facts = Facts.from_json(self.facts)
        return facts.issued_on if facts.is_backdated else None

    @property
    def supersession_reason(self) -> str | None:
        """Why this certificate replaced an earlier one, in the words that people read. None if it replaced none."""
        return Correction(self.supersedes_why).words if self.supersedes_why else None

    def standing_at(self, now: datetime) -> "Standing":
        """Return the standing. A revoked or superseded certificate never expires.

        The last day ends at midnight in the time zone of the license's state.
        """
        if self.revocation is not None:
            return Standing.REVOKED
        if self.successor is not None:
            return Standing.SUPERSEDED
        return Standing.EXPIRED if self.valid_until and self.valid_until < self.today(now) else Standing.VALID

    def today(self, now: datetime) -> date:
        """Return the day in the time zone of the license's state."""
        return now.astimezone(ZoneInfo(self.facts["time_zone"])).date()


class Standing(StrEnum):
    """The status of a certificate at a moment, in the word that every page uses."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"

    @property
    def may_end(self) -> bool:
        """Whether it can still be revoked or superseded."""
        return self in (Standing.VALID, Standing.EXPIRED)

    @property
    def tone(self) -> str:
        """The tone of the label that shows the standing: ok, warn or danger."""
        return {Standing.VALID: "ok", Standing.EXPIRED: "warn"}.get(self, "danger")


class Reason(StrEnum):
    """Why a certificate was revoked, as the public page shows it."""

    ISSUED_IN_ERROR = "issued in error"
    REQUIREMENT_NOT_MET = "a requirement was not met"
    NOT_OWN_WORK = "the work was not the participant's own"
    AT_REQUEST = "at the participant's request"


class Correction(StrEnum):
    """Why a certificate was superseded, as the register stores it. Show people its `words`."""

    NAME = "the name was corrected"
    RESCORED = "an assessment was scored anew"
    DOCUMENT = "the document had an error"

    @property
    def words(self) -> str:
        """The reason as pages, mails and public JSON show it. The register keeps an older wording of one."""
        return "an assessment was rescored" if self is Correction.RESCORED else self.value


class Revocation(Model):
    """The end of a certificate. Append-only, like the register; `reason` is public, `note` for administrators."""

    __tablename__ = "revocation"

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), unique=True)
    reason: Mapped[str]
    note: Mapped[str]
    revoked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_by: Mapped[str]

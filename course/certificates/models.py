from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.accounts.models import License
from course.db import Model, UTCDateTime


class State(StrEnum):
    WAITING = "waiting"
    ISSUED = "issued"
    REJECTED = "rejected"


class Request(Model):
    """The attestation and, with it, the request for a certificate: whose, for what, on which evidence."""

    __tablename__ = "certificate_request"
    __table_args__ = (
        Index(
            "uq_certificate_request_waiting", "user_id", "course_id", "cycle", unique=True,
            sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    course_id: Mapped[str]
    cycle: Mapped[int] = mapped_column(default=1)
    license_id: Mapped[int] = mapped_column(ForeignKey("license.id"))
    print_license: Mapped[bool]
    attested_name: Mapped[str]
    attestation: Mapped[str]
    content_hash: Mapped[str]
    completion: Mapped[dict[str, Any]] = mapped_column(JSON)  # what award.completion() recorded
    completed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    requested_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(default=State.WAITING, index=True)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by: Mapped[str | None]
    reason: Mapped[str | None]

    license: Mapped[License] = relationship()


class Certificate(Model):
    """The register. A row is a document: triggers refuse every update and delete, and it leans on no other table.

    A row of a later `revision` takes the place of the one that it `supersedes`, in the same cycle.
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
    supersedes_why: Mapped[str | None]  # a Correction, public
    request_id: Mapped[int]
    name: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    content_hash: Mapped[str]
    template_version: Mapped[str]
    document: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    document_sha256: Mapped[str]
    credential: Mapped[str | None] = mapped_column(Text, deferred=True)  # the signed Open Badge, to the byte
    issuer: Mapped[str | None] = mapped_column(index=True)  # the DID that signed it
    status_index: Mapped[int | None] = mapped_column(unique=True)  # its bit in the status lists
    valid_until: Mapped[date | None]  # its last day, where the course gives it an end
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    issued_by: Mapped[str]

    revocation: Mapped["Revocation | None"] = relationship(lazy="joined")
    successor: Mapped["Certificate | None"] = relationship(
        lazy="joined", join_depth=1, uselist=False, viewonly=True,
        primaryjoin="Certificate.id == foreign(remote(Certificate.supersedes_id))",
    )  # fmt: skip

    @property
    def ended(self) -> bool:
        """Revoked or superseded."""
        return self.revocation is not None or self.successor is not None


class Reason(StrEnum):
    """Why a certificate was revoked, as the public page says it."""

    ISSUED_IN_ERROR = "issued in error"
    REQUIREMENT_NOT_MET = "a requirement was not met"
    NOT_OWN_WORK = "the work was not the participant's own"
    AT_REQUEST = "at the participant's request"


class Correction(StrEnum):
    """Why a certificate was superseded, as the public page says it."""

    NAME = "the name was corrected"
    RESCORED = "an assessment was scored anew"
    DOCUMENT = "the document had an error"


class Revocation(Model):
    """Append-only, like the register. `reason` is public, `note` is for administrators."""

    __tablename__ = "revocation"

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), unique=True)
    reason: Mapped[str]
    note: Mapped[str]
    revoked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_by: Mapped[str]


class NameCorrection(Model):
    """A learner's request to have the name on a certificate corrected, with proof; an administrator decides."""

    __tablename__ = "name_correction"
    __table_args__ = (
        Index(
            "uq_name_correction_waiting", "certificate_id", unique=True,
            sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), index=True)
    name: Mapped[str]  # as it should be
    reason: Mapped[str]
    proof: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    proof_type: Mapped[str]  # a media type
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(default="waiting", index=True)  # waiting, accepted or rejected
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by: Mapped[str | None]
    note: Mapped[str | None]  # the learner reads it where the request is rejected


class Backdating(Model):
    """An administrator's wish to date a certificate back; a second administrator confirms it or not."""

    __tablename__ = "backdating"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("certificate_request.id"), index=True)
    issue_on: Mapped[date]
    reason: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    state: Mapped[str] = mapped_column(default="waiting", index=True)  # waiting, confirmed or refused
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class BulkIssue(Model):
    """One order to issue many certificates; the worker goes through its lines."""

    __tablename__ = "bulk_issue"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[UUID] = mapped_column(Uuid, default=uuid4, unique=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class BulkLine(Model):
    """A request in such an order and what became of it."""

    __tablename__ = "bulk_line"
    __table_args__ = (
        UniqueConstraint("bulk_id", "request_id"),
        Index("ix_bulk_line_bulk_id_state", "bulk_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bulk_id: Mapped[int] = mapped_column(ForeignKey("bulk_issue.id"))
    request_id: Mapped[int] = mapped_column(ForeignKey("certificate_request.id"))
    state: Mapped[str] = mapped_column(default="waiting")  # waiting, issued or refused
    message: Mapped[str | None]  # why it was refused


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

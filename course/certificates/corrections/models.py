from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from course.people.accounts.models import NamePartsJSON
from course.people.accounts.name_parts import NameParts
from course.platform.db import UTCDateTime
from course.platform.decisions import Decidable, one_waiting
from course.platform.quotas import UPLOAD


class CorrectionState(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class NameCorrection(Decidable):
    """A learner's request to have the name on a certificate corrected, with proof; an administrator decides."""

    __tablename__ = "name_correction"
    __table_args__ = (one_waiting("uq_name_correction_waiting", "certificate_id"),)
    OPEN = CorrectionState.WAITING

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), index=True)
    name: Mapped[str]  # the correct name
    name_parts: Mapped[NameParts | None] = mapped_column(NamePartsJSON)
    reason: Mapped[str]
    proof: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, info=UPLOAD)
    proof_type: Mapped[str]  # a media type
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_by: Mapped[str | None]
    note: Mapped[str | None]  # the learner reads it if the request is rejected

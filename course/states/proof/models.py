from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import UTCDateTime
from course.platform.decisions import Decidable, ProofState
from course.platform.quotas import UPLOAD
from course.states.proof import stated_facts
from course.states.proof.stated_facts import Kind
from course.states.requirements.evidence import Fact


class Proof(Decidable):
    """Something that a person states toward a state's requirements. An administrator verifies it by its document.

    It is never changed: who stated something wrong removes it and states it again.
    """

    __tablename__ = "proof"
    OPEN = ProofState.UNVERIFIED

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    kind: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)  # the fields of the kind's evidence
    document: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, info=UPLOAD)
    document_type: Mapped[str | None]  # a media type
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by: Mapped[str | None]
    note: Mapped[str | None]  # the person reads it

    @property
    def proof_state(self) -> ProofState:
        return ProofState(self.state)

    @property
    def label(self) -> str:
        return Kind(self.kind).label

    @property
    def fact(self) -> Fact:
        """Return it as evidence, with the administrator who verified it."""
        is_verified = self.proof_state is ProofState.VERIFIED and self.decided_at is not None
        return stated_facts.fact(
            Kind(self.kind),
            self.facts,
            verified_by=self.decided_by if is_verified else None,
            verified_on=self.decided_at.date() if is_verified and self.decided_at else None,
            source=self.label,
        )

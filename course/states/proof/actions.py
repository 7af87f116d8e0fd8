"""What a person states toward a state's requirements, and the decisions of administrators on its documents."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from course.people.accounts import queries as accounts
from course.people.accounts.models import User
from course.platform import db, decisions, jobs, quotas
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.decisions import ProofState
from course.platform.file_types import media_type
from course.platform.web import Refused
from course.site import site
from course.states.proof import queries, stated_facts
from course.states.proof.models import Proof
from course.states.proof.stated_facts import Kind

MAX_PROOFS = 300
MAX_REMOVED_PROOFS = 1000  # their rows stay, because the audit log refers to them


class TooManyProofs(Refused):
    message = f"You can have {MAX_PROOFS} entries. Remove one that you no longer need."


class TooManyRemovedProofs(Refused):
    message = f"You have removed {MAX_REMOVED_PROOFS} entries, and no more can be added."


class ProofChanged(Refused):
    message = "This entry has changed since you opened the page. Reload the page and try again."


class NoProofDocument(Refused):
    message = "This entry has no document, so it can't be verified."


@unit_of_work
def add(user: User, kind: Kind, facts: Mapping[str, Any], *, document: bytes | None, now: datetime) -> Proof:
    """Add what the person states. Raise TooManyProofs, TooManyRemovedProofs, or a refusal of `quotas`."""
    db.locked(User, user.id)
    if queries.count_of(user.id) >= MAX_PROOFS:
        raise TooManyProofs
    if queries.count_of(user.id, removed=True) >= MAX_REMOVED_PROOFS:
        raise TooManyRemovedProofs
    proof = Proof(user_id=user.id, kind=kind, facts=stated_facts.to_json(facts), state=Proof.OPEN, added_at=now)
    if document is not None:
        quotas.require_room(user.id, len(document))
        proof.document, proof.document_type = document, media_type(document)
    db.session.add(proof)
    db.session.flush()
    record(Event.PROOF_ADDED, user, f"proof:{proof.code}", person_id=user.id, now=now, kind=kind, facts=proof.facts)
    return proof


@unit_of_work
def remove(user: User, proof: Proof, *, now: datetime) -> None:
    """Remove what the person stated and erase its document. The audit log keeps that it was there."""
    proof = db.locked(Proof, proof.id)
    if proof.removed_at is None:
        proof.removed_at, proof.document, proof.document_type = now, None, None
        record(Event.PROOF_REMOVED, user, f"proof:{proof.code}", person_id=user.id, now=now)


@unit_of_work
def decide(admin: User, proof: Proof, state: ProofState, note: str | None, *, seen: str, now: datetime) -> None:
    """Verify or reject it and email the person. `seen`: the state that the administrator saw.

    Raise ProofChanged, OwnRecord or NoProofDocument.
    """
    proof = db.locked(Proof, proof.id)
    if proof.removed_at is not None or proof.state != seen:
        raise ProofChanged
    decisions.require_another(admin, proof.user_id)
    if state is ProofState.VERIFIED and proof.document_type is None:
        raise NoProofDocument
    before = proof.state
    decisions.decide(proof, state, now)
    proof.decided_by, proof.note = admin.legal_name, note
    subject, change = f"proof:{proof.code}", {"before": before, "after": state, "note": note}
    record(Event.PROOF_CHECKED, admin, subject, person_id=proof.user_id, now=now, **change)
    _notify(proof, now)


def _notify(proof: Proof, now: datetime) -> None:
    person = accounts.person(proof.user_id)
    jobs.put(
        "mail",
        key=f"proof-checked:{proof.code}:{now.isoformat()}",
        now=now,
        to=person.email,
        template="state-proof-checked",
        name=person.name_in_mails,
        what=proof.label,
        details=queries.in_words(proof),
        state=proof.proof_state.label,
        note=proof.note,
        link=f"{site().base_url}/proof/",
    )

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import undefer

from course.content.queries import catalog
from course.people.accounts.models import User
from course.platform import db, decisions
from course.platform.decisions import ProofState
from course.platform.queries import Page, one_or_404, page_of
from course.platform.web import NotFound
from course.states.proof import stated_facts
from course.states.proof.models import Proof


def proofs_of(user_id: int) -> Sequence[Proof]:
    """Return what the person stated, newest first, without what was removed."""
    return db.session.scalars(select(Proof).filter_by(user_id=user_id, removed_at=None).order_by(Proof.id.desc())).all()


def valid_proofs(user_ids: Collection[int]) -> Select[Proof]:
    """Select what the people stated and no administrator rejected."""
    return select(Proof).where(
        Proof.user_id.in_(user_ids), Proof.removed_at.is_(None), Proof.state != ProofState.REJECTED
    )


def count_of(user_id: int, *, removed: bool = False) -> int:
    """Return how many statements the person has, or how many were removed."""
    wanted = select(func.count(Proof.id)).where(Proof.user_id == user_id, Proof.removed_at.is_not(None) == removed)
    return db.session.scalars(wanted).one()


def own_proof(user: User, code: UUID) -> Proof:
    return one_or_404(select(Proof).filter_by(user_id=user.id, code=code, removed_at=None))


def proof_of(code: UUID) -> Proof:
    return one_or_404(select(Proof).filter_by(code=code, removed_at=None))


def document_of(proof: Proof) -> tuple[bytes, str]:
    """Return the document's bytes and media type. Raise NotFound if there is none."""
    with_document = select(Proof).filter_by(id=proof.id).options(undefer(Proof.document))
    loaded = db.session.scalars(with_document, execution_options={"populate_existing": True}).one()
    if loaded.document is None or loaded.document_type is None:
        raise NotFound
    return loaded.document, loaded.document_type


def undecided(*, page: int, size: int) -> Page[Proof]:
    """Return one page of the statements with a document that need a decision, the longest waiting first."""
    return page_of(_undecided(), number=page, size=size)


def count_undecided() -> int:
    return decisions.count(_undecided())


def _undecided() -> Select[Proof]:
    return decisions.open_rows(Proof).where(Proof.removed_at.is_(None), Proof.document_type.is_not(None))


def in_words(proof: Proof) -> str:
    """Return what the person stated, in one line."""
    return stated_facts.in_words(proof.fact, {code: one.name for code, one in catalog().licensing_places.items()})

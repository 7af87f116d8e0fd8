from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import undefer

from course.certificates.corrections.models import NameCorrection
from course.certificates.issuing.models import Certificate
from course.platform import db, decisions
from course.platform.queries import Page, found_or_404, one_or_404, page_of


def asked_for(certificate: Certificate) -> Sequence[NameCorrection]:
    """Return the corrections of the certificate and of those that it superseded, newest first."""
    award = select(Certificate.id).filter_by(
        user_id=certificate.user_id, course_id=certificate.course_id, cycle=certificate.cycle
    )
    return db.session.scalars(
        select(NameCorrection).where(NameCorrection.certificate_id.in_(award)).order_by(NameCorrection.id.desc())
    ).all()


def correction_of(code: UUID) -> NameCorrection:
    return one_or_404(select(NameCorrection).filter_by(code=code))


def proof_of(code: UUID) -> NameCorrection:
    """Return the correction with its proof. Raise NotFound once the proof was erased."""
    correction = one_or_404(select(NameCorrection).filter_by(code=code).options(undefer(NameCorrection.proof)))
    return found_or_404(correction if correction.proof else None)


def certificate_behind(correction: NameCorrection) -> Certificate:
    """Return the certificate that the request is about; another one may have superseded it."""
    return db.session.get_one(Certificate, correction.certificate_id)


def certificates_behind(corrections: Sequence[NameCorrection]) -> dict[int, Certificate]:
    ids = {correction.certificate_id for correction in corrections}
    return {row.id: row for row in db.session.scalars(select(Certificate).where(Certificate.id.in_(ids)))}


def waiting(limit: int) -> Sequence[NameCorrection]:
    """Return the corrections that wait for an administrator, oldest first."""
    return db.session.scalars(decisions.open_rows(NameCorrection).limit(limit)).all()


def count_waiting() -> int:
    return decisions.count(decisions.open_rows(NameCorrection))


def decided(*, page: int, size: int) -> Page[NameCorrection]:
    return page_of(decisions.decided_rows(NameCorrection), number=page, size=size)

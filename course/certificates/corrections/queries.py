from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from course.certificates.corrections.models import NameCorrection, State
from course.certificates.issuing import numbers
from course.certificates.issuing.models import Certificate
from course.people.accounts.models import User
from course.platform import db
from course.platform.web import NotFound


def own_certificate(user: User, text: str) -> Certificate:
    """The person's certificate of that number; anyone else's is not found."""
    wanted = select(Certificate).filter_by(code=numbers.normalise(text) or "", user_id=user.id)
    certificate = db.session.scalars(wanted).one_or_none()
    if certificate is None:
        raise NotFound
    return certificate


def asked_for(certificate: Certificate) -> Sequence[NameCorrection]:
    """What was asked for the certificate or one in whose place it stands, newest first."""
    award = select(Certificate.id).filter_by(
        user_id=certificate.user_id, course_id=certificate.course_id, cycle=certificate.cycle
    )
    return db.session.scalars(
        select(NameCorrection).where(NameCorrection.certificate_id.in_(award)).order_by(NameCorrection.id.desc())
    ).all()


def correction_of(code: UUID) -> NameCorrection:
    found = db.session.scalars(select(NameCorrection).filter_by(code=code)).one_or_none()
    if found is None:
        raise NotFound
    return found


def proof_of(code: UUID) -> NameCorrection:
    """With its proof, as long as that is kept."""
    wanted = select(NameCorrection).filter_by(code=code).options(undefer(NameCorrection.proof))
    found = db.session.scalars(wanted).one_or_none()
    if found is None or not found.proof:
        raise NotFound
    return found


def certificate_behind(correction: NameCorrection) -> Certificate:
    """The one for which it was asked, which may have a successor by now."""
    return db.session.get_one(Certificate, correction.certificate_id)


def certificates_behind(corrections: Sequence[NameCorrection]) -> dict[int, Certificate]:
    ids = {one.certificate_id for one in corrections}
    return {row.id: row for row in db.session.scalars(select(Certificate).where(Certificate.id.in_(ids)))}


def listed(*, waiting: bool, page: int, size: int) -> Sequence[NameCorrection]:
    """Those that wait, oldest first; or the decided ones, newest first."""
    wanted = select(NameCorrection)
    if waiting:
        wanted = wanted.filter_by(state=State.WAITING).order_by(NameCorrection.id)
    else:
        wanted = wanted.where(NameCorrection.state != State.WAITING).order_by(NameCorrection.id.desc())
    return db.session.scalars(wanted.offset((page - 1) * size).limit(size)).all()


def count_waiting() -> int:
    return db.session.scalars(select(func.count(NameCorrection.id)).filter_by(state=State.WAITING)).one()


def count_decided() -> int:
    wanted = select(func.count(NameCorrection.id)).where(NameCorrection.state != State.WAITING)
    return db.session.scalars(wanted).one()

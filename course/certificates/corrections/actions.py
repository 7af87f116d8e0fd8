from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from course.certificates.corrections import queries
from course.certificates.corrections.models import NameCorrection, State
from course.certificates.issuing import actions as certificates
from course.certificates.issuing import queries as register
from course.certificates.issuing.models import Certificate, Correction
from course.people.accounts import actions as accounts
from course.people.accounts import queries as people
from course.people.accounts.models import User
from course.platform import db, file_types, jobs
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.web import Refused
from course.site import site


class AskedAlready(Refused):
    message = "A correction of this certificate waits for an administrator already."


class Decided(Refused):
    message = "This correction was decided already."


class NoPaper(Refused):
    status = 422


@unit_of_work
def ask(user: User, certificate: Certificate, *, name: str, reason: str, proof: bytes, now: datetime) -> NameCorrection:
    """A learner's wish to have the name corrected, with proof. `name` is tidied and without fault."""
    if fault := file_types.fault(proof):
        raise NoPaper(fault)
    db.locked(User, user.id)
    if not register.stands(certificate.id):
        raise certificates.EndedAlready
    correction = NameCorrection(
        user_id=user.id,
        certificate_id=certificate.id,
        name=name,
        reason=reason,
        proof=proof,
        proof_type=file_types.media_type(proof),
        asked_at=now,
    )
    db.session.add(correction)
    try:
        db.session.flush()
    except IntegrityError:
        raise AskedAlready from None
    record(
        Event.NAME_CORRECTION_ASKED,
        user,
        f"certificate:{certificate.code}",
        person_id=user.id,
        now=now,
        before=certificate.name,
        after=name,
        reason=reason,
    )
    _mail(correction, certificate, "name-correction-asked", now)
    return correction


def _mail(correction: NameCorrection, certificate: Certificate, template: str, now: datetime, **values: Any) -> None:
    person = people.people_of([correction.user_id])[correction.user_id]
    jobs.put(
        "mail",
        key=f"{template}:{correction.code}",
        now=now,
        to=person.email,
        template=template,
        name=person.legal_name,
        code=certificate.code,
        wanted=correction.name,
        link=f"{site().base_url}/certificates/{certificate.code}/name",
        **values,
    )


@unit_of_work
def accept(correction: NameCorrection, *, rename: bool, actor: User, now: datetime) -> Certificate:
    """Issues a certificate with the right name in the place of the newest one; the mail is that of every successor.

    `rename`: the account bears the name from now on, too. Raises EndedAlready where the certificate was revoked.
    """
    correction = _to_decide(correction)
    first = queries.certificate_behind(correction)
    if rename:
        person = people.people_of([correction.user_id])[correction.user_id]
        accounts.rename(person, correction.name, actor=actor, now=now)
    newest = register.find_award(first.user_id, first.course_id, first.cycle) or first
    successor = certificates.supersede(
        newest, Correction.NAME, correction.reason, actor=actor, now=now, name=correction.name
    )
    _decide(correction, State.ACCEPTED, actor, now)
    return successor


@unit_of_work
def reject(correction: NameCorrection, note: str, *, actor: User, now: datetime) -> None:
    """Turns the correction down; the learner reads the note and may ask again."""
    correction = _to_decide(correction)
    _decide(correction, State.REJECTED, actor, now)
    correction.note = note
    certificate = queries.certificate_behind(correction)
    record(
        Event.NAME_CORRECTION_REJECTED,
        actor,
        f"certificate:{certificate.code}",
        person_id=correction.user_id,
        now=now,
        reason=note,
    )
    _mail(correction, certificate, "name-correction-rejected", now, reason=note)


@unit_of_work
def withdraw(user: User, note: str, *, now: datetime) -> None:
    """What the person asked waits no longer, without a mail."""
    for correction in db.session.scalars(select(NameCorrection).filter_by(user_id=user.id, state=State.WAITING)):
        _decide(correction, State.REJECTED, user, now)
        correction.note = note
        subject = f"certificate:{queries.certificate_behind(correction).code}"
        record(Event.NAME_CORRECTION_REJECTED, user, subject, person_id=user.id, now=now, reason=note)


def _to_decide(correction: NameCorrection) -> NameCorrection:
    correction = db.locked(NameCorrection, correction.id)
    if correction.state != State.WAITING:
        raise Decided
    return correction


def _decide(correction: NameCorrection, state: State, actor: User, now: datetime) -> None:
    correction.state, correction.decided_at, correction.decided_by = state, now, actor.legal_name

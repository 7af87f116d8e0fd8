from datetime import datetime
from typing import Any

from course.certificates.corrections import queries
from course.certificates.corrections.models import CorrectionState, NameCorrection
from course.certificates.issuing import ending, issuing
from course.certificates.issuing import queries as register
from course.certificates.issuing.models import Certificate, Correction
from course.people.accounts import name_actions
from course.people.accounts import queries as people
from course.people.accounts.models import User
from course.people.accounts.name_parts import LegalName, NameParts
from course.platform import db, decisions, file_types, jobs, quotas
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.web import Refused
from course.site import site


class CorrectionWaiting(Refused):
    message = "You already requested a name correction for this certificate. An administrator will decide it."


class ProofUnusable(Refused):
    status = 422


@unit_of_work
def ask(
    user: User, certificate: Certificate, *, name: NameParts, reason: str, proof: bytes, now: datetime
) -> NameCorrection:
    """Request a correction of the name. `name` was tidied and checked; `proof` is a file that shows it.

    Raise ProofUnusable, CorrectionWaiting, a refusal of `quotas`, or EndedAlready if the certificate was revoked or
    replaced.
    """
    if fault := file_types.fault(proof):
        raise ProofUnusable(fault)
    ending.lock_standing(certificate, now)
    quotas.require_room(user.id, len(proof))
    correction = NameCorrection(
        user_id=user.id,
        certificate_id=certificate.id,
        name=name.printed,
        name_parts=name,
        reason=reason,
        proof=proof,
        proof_type=file_types.media_type(proof),
        asked_at=now,
    )
    decisions.ask(correction, CorrectionWaiting)
    record(
        Event.NAME_CORRECTION_ASKED,
        user,
        f"certificate:{certificate.code}",
        person_id=user.id,
        now=now,
        before=certificate.name,
        after=name.printed,
        reason=reason,
    )
    _notify(correction, certificate, "name-correction-asked", now)
    return correction


def _notify(correction: NameCorrection, certificate: Certificate, template: str, now: datetime, **values: Any) -> None:
    person = people.person(correction.user_id)
    jobs.put(
        "mail",
        key=f"{template}:{correction.code}",
        now=now,
        to=person.email,
        template=template,
        name=person.name_in_mails,
        code=certificate.code,
        wanted=correction.name,
        link=f"{site().base_url}/certificates/{certificate.code}/name",
        **values,
    )


def accept(correction: NameCorrection, *, rename: bool, actor: User, now: datetime) -> Certificate:
    """Replace the newest certificate with one that shows the correct name. The holder is notified by mail.

    `rename`: change the name of the account, too. The correction, the name and the certificate are committed together.
    Raise DecidedAlready, EndedAlready if the certificate was revoked, or a refusal of issuing.
    """
    decisions.require_open(correction)
    first, name = queries.certificate_behind(correction), LegalName(correction.name, correction.name_parts)
    newest = register.find_award(first.user_id, first.course_id, first.cycle) or first

    def decide() -> None:
        accepted = decisions.locked_open(correction)
        if rename:
            name_actions.rename(people.person(accepted.user_id), name, actor=actor, now=now)
        _decide(accepted, CorrectionState.ACCEPTED, actor, now)

    return issuing.supersede(newest, Correction.NAME, correction.reason, actor=actor, now=now, name=name, decide=decide)


@unit_of_work
def reject(correction: NameCorrection, note: str, *, actor: User, now: datetime) -> None:
    """Reject a correction; the learner reads the note and may request again. Raise DecidedAlready."""
    correction = decisions.locked_open(correction)
    certificate = _reject(correction, note, actor, now)
    _notify(correction, certificate, "name-correction-rejected", now, reason=note)


@unit_of_work
def withdraw(user: User, note: str, *, now: datetime) -> None:
    """Withdraw the person's waiting corrections, without a mail."""
    for correction in db.session.scalars(decisions.open_rows(NameCorrection).filter_by(user_id=user.id)):
        _reject(correction, note, user, now)


def _reject(correction: NameCorrection, note: str, actor: User, now: datetime) -> Certificate:
    _decide(correction, CorrectionState.REJECTED, actor, now)
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
    return certificate


def _decide(correction: NameCorrection, state: CorrectionState, actor: User, now: datetime) -> None:
    decisions.decide(correction, state, now)
    correction.decided_by = actor.legal_name

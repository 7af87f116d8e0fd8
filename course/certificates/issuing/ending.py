"""End a certificate: revoke it, or check under a lock that it has not ended yet."""

from datetime import datetime

from course.certificates.issuing import plan_queries, queries
from course.certificates.issuing.models import Certificate, Reason, Revocation, Standing
from course.people.accounts import queries as accounts
from course.people.accounts.models import User
from course.platform import db, jobs
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.web import Refused


class EndedAlready(Refused):
    message = "This certificate was already revoked or replaced. Nothing was changed."


@unit_of_work
def revoke(certificate: Certificate, reason: Reason, note: str, *, actor: User, now: datetime) -> Revocation:
    """Revoke the certificate; its own row in the register does not change. Raise EndedAlready."""
    before = lock_standing(certificate, now)
    revocation = Revocation(
        certificate_id=certificate.id, reason=reason, note=note, revoked_at=now, revoked_by=actor.legal_name
    )
    db.session.add(revocation)
    db.session.flush()
    record(
        Event.CERTIFICATE_REVOKED,
        actor,
        f"certificate:{certificate.code}",
        person_id=certificate.user_id,
        now=now,
        reason=f"{reason}: {note}",
        before=before,
        after="revoked",
    )
    _notify_revoked(certificate, reason, now)
    return revocation


def _notify_revoked(certificate: Certificate, reason: Reason, now: datetime) -> None:
    if person := accounts.people_of([certificate.user_id]).get(certificate.user_id):
        jobs.put(
            "mail",
            key=f"certificate-revoked:{certificate.code}",
            now=now,
            to=person.email,
            template="certificate-revoked",
            name=person.name_in_mails,
            code=certificate.code,
            reason=reason,
            link=plan_queries.verify_url(certificate.code),
        )


def lock_standing(certificate: Certificate, now: datetime) -> Standing:
    """Lock the holder and return the standing of the certificate. Raise EndedAlready if it was revoked or replaced.

    Until the transaction ends, nobody else can revoke or replace a certificate of this person.
    """
    db.locked(User, certificate.user_id)
    if not queries.is_not_ended(certificate.id):
        raise EndedAlready
    return db.session.get_one(Certificate, certificate.id).standing_at(now)

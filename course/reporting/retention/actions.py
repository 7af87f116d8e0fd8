from datetime import date, datetime

from sqlalchemy import delete, select, update

from course.certificates.corrections import actions as corrections
from course.certificates.corrections.models import NameCorrection
from course.certificates.issuing.models import Request, RequestState
from course.people.accounts.models import License, User
from course.platform import db, jobs
from course.platform.access import Role
from course.platform.audit.log import Event, record
from course.platform.dates import long_date
from course.platform.db import unit_of_work
from course.platform.mail.message import NOWHERE
from course.platform.web import Refused
from course.reporting.retention import queries, retention_period
from course.reporting.retention.table_fates import FATES, Fate

NO_PASSWORD = "closed"  # noqa: S105 - no hash of any password
NAMELESS = "Erased"
CLOSED = "The account was closed."


class LastAdministrator(Refused):
    message = "You are the only administrator. Invite another one first, so that somebody can run the site."


class ClosedAlready(Refused):
    message = "This account is closed already."


@unit_of_work
def close(person: User, *, now: datetime) -> date | None:
    """Closes the person's account and erases at once what no board asks for.

    Returns the last day on which the rest is kept; None where nothing is kept. Raises LastAdministrator and
    ClosedAlready.
    """
    db.lock(select(User.id).where(User.role == Role.ADMIN))  # of two last ones, one stays
    user = db.locked(User, person.id)  # before the requests, as issuing locks them
    db.lock(select(Request.id).filter_by(user_id=person.id, state=RequestState.WAITING))
    if user.closed_at is not None:
        raise ClosedAlready
    if queries.is_last_admin(user):
        raise LastAdministrator
    kept_until = retention_period.kept_until(queries.moments_of(user.id))
    _withdraw(user, now)
    record(
        Event.ACCOUNT_CLOSED,
        user,
        f"person:{user.code}",
        person_id=user.id,
        now=now,
        kept_until=kept_until.isoformat() if kept_until else None,
    )
    jobs.put(
        "mail",
        key=f"account-closed:{user.code}",
        now=now,
        to=user.email,
        template="account-closed",
        name=user.legal_name,
        kept_until=long_date(kept_until) if kept_until else None,
    )
    _shut(user, kept_until, now)
    _erase(user.id, Fate.AT_ONCE)
    db.session.execute(update(NameCorrection).where(NameCorrection.user_id == user.id).values(proof=b""))
    if kept_until is None:
        erase_rest(user.id)
    return kept_until


def _withdraw(user: User, now: datetime) -> None:
    """What waits for a certificate waits no longer."""
    for request in queries.waiting_requests(user.id):
        request.state, request.decided_at, request.decided_by = RequestState.REJECTED, now, user.legal_name
        request.reason = CLOSED
        record(
            Event.CERTIFICATE_REJECTED,
            user,
            f"request:{request.code}",
            person_id=user.id,
            now=now,
            course=request.course_id,
            reason=CLOSED,
            before=RequestState.WAITING,
            after=RequestState.REJECTED,
        )
    corrections.withdraw(user, CLOSED, now=now)


def _shut(user: User, kept_until: date | None, now: datetime) -> None:
    """Nobody can sign in, and the address is free for a new account."""
    user.closed_at, user.kept_until = now, kept_until
    user.email, user.password_hash = f"{user.code}@{NOWHERE}", NO_PASSWORD
    user.session_epoch += 1
    user.is_reviewer = False


def _erase(user_id: int, fate: Fate) -> None:
    for table in queries.tables({name for name, its in FATES.items() if its is fate}):
        db.session.execute(delete(table).where(queries.about(table, user_id)))


def erase_all(now: datetime) -> None:
    """Erases what was kept of closed accounts whose years are over; safe to repeat."""
    for user_id in queries.to_erase(now.date()):
        _erase_if_over(user_id, now.date())


@unit_of_work
def _erase_if_over(user_id: int, today: date) -> None:
    """Not where a certificate was issued anew since the account was closed: then the years run from there."""
    user = db.locked(User, user_id)
    user.kept_until = retention_period.kept_until(queries.moments_of(user_id))
    if user.kept_until is None or user.kept_until < today:
        erase_rest(user_id)


@unit_of_work
def erase_rest(user_id: int) -> None:
    """Erases what was kept, and the name wherever a row has to stay; the register and the audit log stay whole."""
    user = db.locked(User, user_id)
    _erase(user_id, Fate.AT_ONCE)  # what a page that was still open sent after the closing
    _erase(user_id, Fate.AFTER_TERM)
    user.legal_name, user.kept_until = NAMELESS, None
    for license_ in db.session.scalars(select(License).filter_by(user_id=user_id)):
        license_.number = f"{NAMELESS} {license_.id}"
        license_.first_licensed = license_.expires_on = license_.renewal_months = None
    for request in db.session.scalars(select(Request).filter_by(user_id=user_id)):
        request.attested_name, request.reason = NAMELESS, None
    for correction in db.session.scalars(select(NameCorrection).filter_by(user_id=user_id)):
        correction.name = correction.reason = NAMELESS
        correction.note = None

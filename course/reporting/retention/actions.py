"""Closing an account, and erasing what was kept of it when the retention period is over."""

from datetime import date, datetime

from sqlalchemy import delete, select, update

from course.certificates.corrections import actions as corrections
from course.certificates.corrections.models import NameCorrection
from course.certificates.issuing.models import Request, RequestState
from course.learning.labs import actions as labs
from course.people.accounts.models import License, User
from course.people.sessions import actions as sessions
from course.platform import db, jobs
from course.platform.access import Role
from course.platform.audit.log import Event, record
from course.platform.dates import LAST_TO_END, date_in, long_date
from course.platform.db import unit_of_work
from course.platform.mail import actions as mails
from course.platform.mail.message import CLOSED_ACCOUNT_DOMAIN
from course.platform.web import Refused
from course.reporting.retention import queries, retention_period
from course.reporting.retention.table_fates import Fate

UNUSABLE_PASSWORD_HASH = "closed"  # noqa: S105 - no password has this hash
ERASED_NAME = "Erased"
WITHDRAWAL_REASON = "The account was closed."


class LastAdministrator(Refused):
    message = "You are the only administrator. Invite another one before you close your account."


class AlreadyClosed(Refused):
    message = "This account is already closed."


@unit_of_work
def close(person: User, *, now: datetime) -> date | None:
    """Close the person's account and erase what no board asks for.

    Return the last day on which the rest is kept, or None if nothing is kept. Raise LastAdministrator or
    AlreadyClosed.
    """
    # All administrators are locked first. Otherwise the last two could close their accounts together, each of them
    # seeing the other one, and nobody would be left.
    db.lock(select(User.id).where(User.role == Role.ADMIN))
    # The person is locked before the requests, as issuing locks them, so that the two can't deadlock.
    user = db.locked(User, person.id)
    db.lock(select(Request.id).filter_by(user_id=person.id, state=RequestState.WAITING))
    if user.closed_at is not None:
        raise AlreadyClosed
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
    mails.forget(user.email, now=now)
    jobs.put(
        "mail",
        key=f"account-closed:{user.code}",
        now=now,
        to=user.email,
        template="account-closed",
        name=user.name_in_mails,
        kept_until=long_date(kept_until) if kept_until else None,
    )
    _disable(user, kept_until, now)
    _erase(user.id, Fate.ERASED_AT_CLOSING)
    db.session.execute(update(NameCorrection).where(NameCorrection.user_id == user.id).values(proof=b""))
    if kept_until is None:
        erase_record(user.id)
    return kept_until


def _withdraw(user: User, now: datetime) -> None:
    """Withdraw the person's open requests and give up their places in labs."""
    for request in queries.waiting_requests(user.id):
        request.state, request.decided_at, request.decided_by = RequestState.REJECTED, now, user.legal_name
        request.reason = WITHDRAWAL_REASON
        record(
            Event.CERTIFICATE_REJECTED,
            user,
            f"request:{request.code}",
            person_id=user.id,
            now=now,
            course=request.course_id,
            reason=WITHDRAWAL_REASON,
            before=RequestState.WAITING,
            after=RequestState.REJECTED,
        )
    corrections.withdraw(user, WITHDRAWAL_REASON, now=now)
    labs.withdraw(user, now=now)


def _disable(user: User, kept_until: date | None, now: datetime) -> None:
    """End all sessions and make sign-in impossible. The email is free for a new account."""
    user.closed_at, user.kept_until = now, kept_until
    user.email = user.email_key = f"{user.code}@{CLOSED_ACCOUNT_DOMAIN}"
    user.password_hash = UNUSABLE_PASSWORD_HASH
    sessions.end_all(user.id, now=now)
    user.is_reviewer = user.is_instructor = False


def _erase(user_id: int, fate: Fate) -> None:
    for table in queries.tables_with(fate):
        db.session.execute(delete(table).where(queries.is_about(table, user_id)))


def erase_expired_records(now: datetime) -> None:
    """Erase what was kept of closed accounts whose retention period is over everywhere. Safe to repeat."""
    today = date_in(LAST_TO_END, now)
    for user_id in queries.expired_accounts(today):
        _erase_if_expired(user_id, today)


@unit_of_work
def _erase_if_expired(user_id: int, today: date) -> None:
    """Erase the record, unless a certificate was reissued after the account was closed: then the period is longer."""
    user = db.locked(User, user_id)
    user.kept_until = retention_period.kept_until(queries.moments_of(user_id))
    if user.kept_until is None or user.kept_until < today:
        erase_record(user_id)


@unit_of_work
def erase_record(user_id: int) -> None:
    """Erase what was kept, and overwrite the name in rows that remain. Register and audit log do not change."""
    user = db.locked(User, user_id)
    _erase(user_id, Fate.ERASED_AT_CLOSING)  # again, because an open page may have sent something after the closing
    _erase(user_id, Fate.ERASED_LATER)
    user.legal_name, user.name_parts, user.confirmed_one_name = ERASED_NAME, None, None
    user.kept_until = None
    for license_ in db.session.scalars(select(License).filter_by(user_id=user_id)):
        license_.number = f"{ERASED_NAME} {license_.id}"
        license_.first_licensed = license_.expires_on = license_.renewal_months = None
    for request in db.session.scalars(select(Request).filter_by(user_id=user_id)):
        request.attested_name, request.name_parts, request.reason = ERASED_NAME, None, None
    for correction in db.session.scalars(select(NameCorrection).filter_by(user_id=user_id)):
        correction.name = correction.reason = ERASED_NAME
        correction.name_parts = None
        correction.note = None

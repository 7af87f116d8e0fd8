"""A person's email changes here: asked for, confirmed by a link to the new address, and undone by one to the old."""

from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError

from course.people.accounts import passwords, tokens
from course.people.accounts import queries as accounts
from course.people.accounts.actions import AccountLinkInvalid, mail_that_account_exists, reset_path
from course.people.accounts.models import EmailChange, User
from course.people.accounts.tokens import Purpose
from course.people.email_changes import queries
from course.people.factors import actions as factors
from course.people.sessions import actions as sessions
from course.people.single_sign_on import actions as single_sign_on
from course.platform import db, jobs
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.decisions import require_another
from course.platform.mail import addresses
from course.platform.web import Refused
from course.site import site

SUSPECT_BEFORE = timedelta(days=1)  # what was added this long before the change may be the thief's


class SameEmail(Refused):
    status = 422
    message = "This is the email of the account already."


class EmailNoLongerFree(Refused):
    message = "Another account has this email now. Sign in to that account, or choose another email."


@unit_of_work
def ask(person: User, new_email: str, *, now: datetime, admin: User | None = None, proof: str = "") -> None:
    """Mail a link to the new address, which makes the change, and a notice to the old one. Raise SameEmail.

    If the new address has an account, its owner gets a notice instead of the link. The caller can't tell.
    `admin`: the administrator who saw `proof` that the person is who they say. Nobody does that for themselves.
    """
    if admin is not None:
        require_another(admin, person.id)
    user = db.locked(User, person.id)
    key = addresses.key(new_email)
    if key == user.email_key:
        raise SameEmail
    _end_waiting(user, now)
    change = EmailChange(
        user_id=user.id,
        old_email=user.email,
        old_key=user.email_key,
        new_email=addresses.normalized(new_email),
        new_key=key,
        asked_at=now,
        asked_by_id=admin.id if admin else None,
    )
    db.session.add(change)
    db.session.flush()
    details = {"before": change.old_email, "after": change.new_email, "proof": proof}
    record(Event.EMAIL_CHANGE_ASKED, admin or user, f"person:{user.code}", person_id=user.id, now=now, **details)
    if accounts.is_taken(key, now=now):
        mail_that_account_exists(change.new_email, cause=change.code, now=now)
    else:
        _mail(change, Purpose.CHANGE_EMAIL, "email-confirm-change", change.new_email, now)
    _mail(change, Purpose.UNDO_EMAIL_CHANGE, "email-change-asked", change.old_email, now)


def _end_waiting(user: User, now: datetime) -> bool:
    waiting = accounts.waiting_email_changes(user.id)
    for change in waiting:
        change.ended_at = now
    return bool(waiting)


def _mail(change: EmailChange, purpose: Purpose, template: str, to: str, now: datetime) -> None:
    token = tokens.make(site().secret_keys, purpose, change.code, change.new_key)
    jobs.put(
        "mail",
        key=f"{template}:{to}:{change.code}",
        now=now,
        expires=now + timedelta(seconds=tokens.LIFETIME_S[purpose]),
        to=to,
        template=template,
        old=change.old_email,
        new=change.new_email,
        link=f"{site().base_url}/{purpose}/{token}",
    )


@unit_of_work
def cancel(person: User, *, now: datetime) -> None:
    """Forget a change that waits for its confirmation."""
    if _end_waiting(person, now):
        record(Event.EMAIL_CHANGE_CANCELED, person, f"person:{person.code}", person_id=person.id, now=now)


def change_to_confirm(token: str) -> EmailChange:
    """Return the change that the link makes. Raise AccountLinkInvalid."""
    change = queries.change_of_token(site().secret_keys, Purpose.CHANGE_EMAIL, token)
    if change is None or change.confirmed_at is not None or change.ended_at is not None:
        raise AccountLinkInvalid
    return change


@unit_of_work
def confirm(token: str, *, session_id: int | None, now: datetime) -> User:
    """Make the change and end the person's sessions, except the given one. Mail both addresses.

    Raise AccountLinkInvalid or EmailNoLongerFree.
    """
    change = db.locked(EmailChange, change_to_confirm(token).id)
    user = db.locked(User, change.user_id)
    if change.confirmed_at is not None or user.closed_at is not None:
        raise AccountLinkInvalid
    if accounts.is_taken(change.new_key, now=now, except_id=user.id):
        raise EmailNoLongerFree
    change.confirmed_at = now
    _set_email(user, change.new_email, change.new_key, now)
    sessions.end_all(user.id, except_id=session_id, now=now)
    details = {"before": change.old_email, "after": change.new_email}
    record(Event.EMAIL_CHANGED, user, f"person:{user.code}", person_id=user.id, now=now, **details)
    _mail(change, Purpose.UNDO_EMAIL_CHANGE, "email-changed", change.old_email, now)
    jobs.put(
        "mail",
        key=f"email-change-made:{change.code}",
        now=now,
        to=change.new_email,
        template="email-change-made",
        old=change.old_email,
    )
    return user


def _set_email(user: User, email: str, key: str, now: datetime) -> None:
    user.email, user.email_key, user.email_confirmed_at = email, key, now
    try:
        db.session.flush()
    except IntegrityError:
        raise EmailNoLongerFree from None


def change_to_undo(token: str) -> EmailChange:
    """Return the change that the link undoes. Raise AccountLinkInvalid."""
    change = queries.change_of_token(site().secret_keys, Purpose.UNDO_EMAIL_CHANGE, token)
    if change is None or change.undone_at is not None:
        raise AccountLinkInvalid
    return change


@unit_of_work
def undo(token: str, *, now: datetime) -> str:
    """Restore the email from before, end all sessions, and void the password, which somebody else seems to know.

    Changes that followed are void too, and so is every way to sign in that was added shortly before. Return the path
    at which the person sets a new password. Raise AccountLinkInvalid.
    """
    change = db.locked(EmailChange, change_to_undo(token).id)
    user = db.locked(User, change.user_id)
    if change.undone_at is not None or user.closed_at is not None:
        raise AccountLinkInvalid
    details = {"before": user.email, "after": change.old_email}
    for one in queries.changes_since(change):
        one.undone_at = now
        one.ended_at = one.ended_at or now
    _set_email(user, change.old_email, change.old_key, now)
    user.password_hash = passwords.UNUSABLE_HASH
    sessions.end_all(user.id, forget_devices=True, now=now)
    factors.remove_added_since(user, change.asked_at - SUSPECT_BEFORE, now=now)
    single_sign_on.disconnect_since(user, change.asked_at - SUSPECT_BEFORE, now=now)
    record(Event.EMAIL_CHANGE_UNDONE, user, f"person:{user.code}", person_id=user.id, now=now, **details)
    return reset_path(user)

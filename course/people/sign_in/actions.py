"""Proofs of identity, right and wrong, and what follows from them: a session, its end, and rows in the audit log."""

from datetime import datetime, timedelta

from course.people.accounts import queries as accounts
from course.people.accounts.models import User
from course.people.sessions import actions as sessions
from course.people.sessions import queries as sessions_of
from course.people.sessions.models import SignInSession
from course.people.sign_in import queries
from course.platform import browser, jobs
from course.platform.access import current_session
from course.platform.audit.log import Event, record
from course.platform.browser import Device, Ticket
from course.platform.dates import long_moment
from course.platform.db import unit_of_work
from course.site import site

FAILURES_SPAN = timedelta(hours=1)
MAX_FAILURES_IN_SPAN = 100  # in the audit log, of one account, and of unknown accounts together


def begin(user: User, *, second_factor: bool, now: datetime) -> None:
    """Sign the person in on this browser. A session that it had before ends.

    `second_factor`: whether the person proved in a second way who they are.
    """
    browser.enter(_start(user, current_session(), browser.known_device(), second_factor=second_factor, now=now))


@unit_of_work
def _start(user: User, before: SignInSession | None, device: Device, *, second_factor: bool, now: datetime) -> Ticket:
    if before:
        sessions.end(before, now=now)
    known = sessions_of.is_known_device(user.id, sessions.digest(device.key or ""))
    ticket = sessions.start(user.id, device, second_factor=second_factor, now=now)
    record(
        Event.SIGNED_IN,
        user,
        f"session:{ticket.code}",
        person_id=user.id,
        now=now,
        device=device.words,
        known_device=known,
        second_factor=second_factor,
    )
    if not known and not user.is_demo:
        _mail_about_device(user, device, ticket, now)
    return ticket


def _mail_about_device(user: User, device: Device, ticket: Ticket, now: datetime) -> None:
    jobs.put(
        "mail",
        key=f"new-device:{ticket.code}",
        now=now,
        to=user.email,
        template="new-device",
        name=user.name_in_mails,
        device=device.words,
        moment=long_moment(now),
        address=device.address,
        page=f"{site().base_url}/profile/sessions",
    )


def confirm_again(user: User, *, second_factor: bool, now: datetime) -> None:
    """Note in this browser's session that the person proved again who they are."""
    browser.renew(_confirm_again(user, current_session(), second_factor=second_factor, now=now))


@unit_of_work
def _confirm_again(user: User, session: SignInSession, *, second_factor: bool, now: datetime) -> str:
    record(
        Event.IDENTITY_CONFIRMED,
        user,
        f"session:{session.code}",
        person_id=user.id,
        now=now,
        second_factor=second_factor,
    )
    return sessions.prove(session, second_factor=second_factor, now=now)


@unit_of_work
def sign_out(user: User, session: SignInSession, *, now: datetime) -> None:
    """End the session. A copy of its cookie opens nothing any more."""
    sessions.end(session, now=now)
    record(Event.SIGNED_OUT, user, f"session:{session.code}", person_id=user.id, now=now)


@unit_of_work
def note_failure(email: str, reason: str, address: str, *, now: datetime) -> None:
    """Record a wrong password or code, never what was entered. An email that has no account is not recorded."""
    user = accounts.find_by_email(email)
    person_id = user.id if user else None
    if queries.count_failures(person_id, now - FAILURES_SPAN, limit=MAX_FAILURES_IN_SPAN) < MAX_FAILURES_IN_SPAN:
        subject = f"person:{user.code}" if user else "sign-in"
        record(Event.SIGN_IN_FAILED, None, subject, person_id=person_id, now=now, reason=reason, address=address)

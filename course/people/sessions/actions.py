"""Sessions start, are seen, and end here."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import delete, update

from course.people.sessions import limits
from course.people.sessions.models import SignInSession
from course.platform import db
from course.platform.audit.log import Event, record
from course.platform.browser import Device, Ticket
from course.platform.db import unit_of_work

KEPT_FOR = timedelta(days=90)  # after a session was last seen; so long its browser counts as a known device


class Person(Protocol):
    """A person with an account. The accounts room, which defines it, is above this one."""

    @property
    def id(self) -> Any: ...
    @property
    def code(self) -> Any: ...
    @property
    def legal_name(self) -> Any: ...


def digest(token: str) -> str:
    """Return what is stored of a token. A copy of the database then opens no session."""
    return hashlib.sha256(token.encode()).hexdigest()


def _new_token() -> str:
    return secrets.token_urlsafe(32)


@unit_of_work
def start(user_id: int, device: Device, *, second_factor: bool = False, now: datetime) -> Ticket:
    """Start a session of the person and return what goes into its cookie."""
    token = _new_token()
    session = _add_session(user_id, device, token, now)
    session.second_factor_at = now if second_factor else None
    db.session.flush()
    return Ticket(token, session.code)


def _add_session(user_id: int, device: Device, token: str, now: datetime) -> SignInSession:
    session = SignInSession(
        digest=digest(token),
        user_id=user_id,
        device=device.words,
        device_digest=digest(device.key) if device.key else None,
        address=device.address,
        created_at=now,
        last_seen_at=now,
        proved_at=now,
    )
    db.session.add(session)
    return session


@unit_of_work
def remember_device(user_id: int, device: Device, *, now: datetime) -> None:
    """Keep the browser as known, by a session that has ended: the person opened a link in it that was mailed to them.

    In this way a person gets in whom an attacker's guesses keep from signing in with a new browser.
    """
    _add_session(user_id, device, _new_token(), now).ended_at = now


@unit_of_work
def prove(session: SignInSession, *, second_factor: bool = False, now: datetime) -> str:
    """Note that the person proved again who they are. Return the new token of the session; the old one is void."""
    token = _new_token()
    session = db.locked(SignInSession, session.id)
    session.digest, session.proved_at, session.last_seen_at = digest(token), now, now
    if second_factor:
        session.second_factor_at = now
    return token


@unit_of_work
def see(session_id: int, *, now: datetime) -> None:
    """Note that the session is in use."""
    seen_before = SignInSession.last_seen_at <= now - limits.SEEN_EVERY
    db.session.execute(
        update(SignInSession).where(SignInSession.id == session_id, seen_before).values(last_seen_at=now),
        execution_options={"synchronize_session": False},
    )


@unit_of_work
def end(session: SignInSession, *, now: datetime) -> None:
    """End the session. Its token opens nothing any more."""
    session = db.locked(SignInSession, session.id)
    session.ended_at = session.ended_at or now


@unit_of_work
def end_all(user_id: int, *, except_id: int | None = None, forget_devices: bool = False, now: datetime) -> int:
    """End the person's sessions and return how many were open. `except_id`: the session that goes on.

    `forget_devices`: the next sign-in counts as one on a new device, as after a password that somebody knew.
    """
    others = [SignInSession.user_id == user_id, SignInSession.id != (except_id or 0)]
    if forget_devices:
        db.session.execute(update(SignInSession).where(*others).values(device_digest=None))
    ended = db.session.execute(
        update(SignInSession).where(*others, SignInSession.ended_at.is_(None)).values(ended_at=now)
    )
    return int(ended.rowcount)  # type: ignore[attr-defined]


@unit_of_work
def end_one(person: Person, session: SignInSession, *, now: datetime) -> None:
    """End one of the person's own sessions. Safe to repeat."""
    if session.ended_at is None:
        end(session, now=now)
        _record_end(person, person, 1, "by the person", now)


@unit_of_work
def end_others(person: Person, current: SignInSession, *, now: datetime) -> None:
    """End the person's sessions except the current one."""
    if count := end_all(person.id, except_id=current.id, now=now):
        _record_end(person, person, count, "by the person", now)


@unit_of_work
def end_by_administrator(admin: Person, person: Person, *, now: datetime) -> int:
    """End all sessions of a person, and return how many were open."""
    if count := end_all(person.id, forget_devices=True, now=now):
        _record_end(admin, person, count, "by an administrator", now)
    return count


def _record_end(actor: Person, person: Person, sessions: int, reason: str, now: datetime) -> None:
    record(
        Event.SESSIONS_ENDED,
        actor,
        f"person:{person.code}",
        person_id=person.id,
        now=now,
        sessions=sessions,
        reason=reason,
    )


@unit_of_work
def forget_old(now: datetime) -> None:
    """Erase sessions that nobody used for long. Safe to repeat."""
    db.session.execute(delete(SignInSession).where(SignInSession.last_seen_at < now - KEPT_FOR))

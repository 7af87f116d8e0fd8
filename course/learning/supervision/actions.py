"""Logging supervised sessions, sending them to a supervisor, the supervisor's answer, and what follows it."""

import functools
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from course.learning.supervision import queries
from course.learning.supervision.models import SessionAnnulment, SupervisedSession, SupervisionRequest, Supervisor
from course.learning.supervision.statement import SupervisorStatement
from course.people.accounts import queries as accounts
from course.people.accounts import tokens
from course.people.accounts.models import User
from course.people.accounts.tokens import LIFETIME_S, Purpose
from course.platform import db, decisions, jobs
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.mail import addresses
from course.platform.mail.subscriptions import remind_each
from course.platform.web import NotFound, Refused
from course.site import site

MAX_SESSIONS = 1000
MAX_SESSIONS_SENT = 300
MAX_SUPERVISORS = 50  # with removed ones, whose rows stay
REMIND_AFTER = timedelta(days=7)


class LogFull(Refused):
    message = f"A log can have {MAX_SESSIONS} sessions. Remove some that you don't need."


class SessionDecided(Refused):
    message = "The supervisor has answered for this session, so it can't be changed or removed."


class SessionSent(Refused):
    message = "This session is with a supervisor. Withdraw the request first."


class TooManySupervisors(Refused):
    message = f"You have entered {MAX_SUPERVISORS} supervisors, and no more can be added. Write to us if you need more."


class OwnSupervisor(Refused):
    status = 422
    message = "This is your own email. Enter the email of the person who supervises you."


class EmailNotConfirmed(Refused):
    message = "Confirm your own email first. Then you can send sessions to a supervisor."
    link = ("/profile", "Go to your profile")


class NothingToSend(Refused):
    status = 422
    message = "Select sessions that no supervisor has answered for and that aren't with a supervisor now."


class TooManyToSend(Refused):
    status = 422
    message = f"Select at most {MAX_SESSIONS_SENT} sessions. Send the others in a second request."


class NoLongerWaiting(Refused):
    message = "The supervisor has answered this request already, or it was withdrawn."


class AnsweredAlready(Refused):
    message = "These sessions were answered already. Nothing was changed."


class OwnLink(Refused):
    status = 403
    message = "You are signed in as the therapist who asks. Only the supervisor can confirm these sessions."


class NotConfirmed(Refused):
    message = "Only a confirmed session can be annulled."


class AnnulledAlready(Refused):
    message = "This session was annulled already."


@dataclass(frozen=True)
class _SupervisorAsActor:
    """A supervisor in the audit log. They have no account."""

    legal_name: str
    id: None = None


@unit_of_work
def log(user: User, *, count: int, now: datetime, **fields: Any) -> None:
    """Add `count` sessions with the same values: held_on, minutes, muscles, setting, jurisdiction, by_video and note.

    Raise LogFull.
    """
    db.locked(User, user.id)
    if queries.counts_of(user.id, now).total + count > MAX_SESSIONS:
        raise LogFull
    sessions = [SupervisedSession(user_id=user.id, logged_at=now, **fields) for _ in range(count)]
    db.session.add_all(sessions)
    db.session.flush()
    _record(Event.SESSIONS_LOGGED, user, sessions[0], now, sessions=count, first=sessions[0].facts())


def log_again(user: User, session: SupervisedSession, *, now: datetime) -> None:
    """Log the session again, with the day where the person is now and without its note. Raise LogFull."""
    fields = {name: getattr(session, name) for name in ("minutes", "muscles", "setting", "jurisdiction", "by_video")}
    log(user, count=1, now=now, held_on=accounts.latest_today(user, now), note=None, **fields)


@unit_of_work
def change(user: User, session: SupervisedSession, *, now: datetime, **fields: Any) -> None:
    """Change a session that is not with a supervisor. Raise SessionDecided or SessionSent."""
    session = _locked_open(user, session, now)
    before = session.facts()
    for name, value in fields.items():
        setattr(session, name, value)
    if before != session.facts():
        _record(Event.SUPERVISED_SESSION_CHANGED, user, session, now, before=before, after=session.facts())


@unit_of_work
def remove(user: User, session: SupervisedSession, *, now: datetime) -> None:
    """Delete a session that is not with a supervisor. Raise SessionDecided or SessionSent."""
    session = _locked_open(user, session, now)
    _record(Event.SUPERVISED_SESSION_REMOVED, user, session, now, before=session.facts())
    db.session.delete(session)


def _locked_open(user: User, session: SupervisedSession, now: datetime) -> SupervisedSession:
    """Return the current row. Raise SessionDecided, SessionSent or NotFound.

    The person and the request are locked first, in the order in which sending and answering lock them.
    """
    db.locked(User, user.id)
    request_id = db.session.scalars(select(SupervisedSession.request_id).filter_by(id=session.id)).all()
    if not request_id:
        raise NotFound
    request = db.locked(SupervisionRequest, request_id[0]) if request_id[0] else None
    session = db.locked(SupervisedSession, session.id)
    if session.is_decided:
        raise SessionDecided
    if request is not None and request.is_waiting(now):
        raise SessionSent
    return session


@unit_of_work
def add_supervisor(user: User, *, now: datetime, **fields: Any) -> Supervisor:
    """Add a supervisor with name, email, profession, jurisdiction and license_number.

    Raise TooManySupervisors or OwnSupervisor.
    """
    person = db.locked(User, user.id)
    if queries.count_supervisors(user.id) >= MAX_SUPERVISORS:
        raise TooManySupervisors
    if addresses.key(fields["email"]) == person.email_key:
        raise OwnSupervisor
    supervisor = Supervisor(user_id=user.id, added_at=now, **fields)
    db.session.add(supervisor)
    db.session.flush()
    subject = f"supervisor:{supervisor.code}"
    record(Event.SUPERVISOR_ADDED, user, subject, person_id=user.id, now=now, name=supervisor.name)
    return supervisor


@unit_of_work
def remove_supervisor(user: User, supervisor: Supervisor, *, now: datetime) -> None:
    """Take the supervisor off the list. What they confirmed, and what is with them, stays."""
    supervisor = db.locked(Supervisor, supervisor.id)
    if supervisor.removed_at is None:
        supervisor.removed_at = now
        subject = f"supervisor:{supervisor.code}"
        record(Event.SUPERVISOR_REMOVED, user, subject, person_id=user.id, now=now, name=supervisor.name)


@unit_of_work
def send(user: User, supervisor: Supervisor, codes: Collection[UUID], *, now: datetime) -> SupervisionRequest:
    """Mail the supervisor a link to confirm these sessions. They must all be sendable.

    Raise EmailNotConfirmed, TooManyToSend or NothingToSend.
    """
    person = db.locked(User, user.id)
    if person.email_confirmed_at is None:
        raise EmailNotConfirmed
    if len(codes) > MAX_SESSIONS_SENT:
        raise TooManyToSend
    # The earlier requests are locked before their sessions are read. Otherwise a supervisor who answers in the last
    # second of a request and this one could both have the sessions.
    db.lock(select(SupervisionRequest.id).filter_by(user_id=user.id))
    sessions = [one for one in queries.sendable(user.id, now) if one.code in codes]
    if not sessions or len(sessions) != len(codes):
        raise NothingToSend
    lifetime = timedelta(seconds=LIFETIME_S[Purpose.SUPERVISE])
    request = SupervisionRequest(
        user_id=user.id, supervisor_id=supervisor.id, sends=1, sent_at=now, expires_at=now + lifetime
    )
    db.session.add(request)
    db.session.flush()
    for one in sessions:
        one.request_id = request.id
    _mail_link(request, person, supervisor, "supervision-request", len(sessions), user, now)
    return request


@unit_of_work
def send_again(user: User, request: SupervisionRequest, *, now: datetime) -> None:
    """Mail a new link, which ends the earlier one. Raise NoLongerWaiting."""
    person = db.locked(User, user.id)
    request = db.locked(SupervisionRequest, request.id)
    sessions = queries.sessions_in(request)
    if request.answered_at or request.withdrawn_at or not sessions:
        raise NoLongerWaiting
    request.sends += 1
    request.sent_at, request.expires_at = now, now + timedelta(seconds=LIFETIME_S[Purpose.SUPERVISE])
    _mail_link(request, person, request.supervisor, "supervision-request", len(sessions), user, now)


def _mail_link(
    request: SupervisionRequest,
    person: User,
    supervisor: Supervisor,
    template: str,
    sessions: int,
    actor: User | None,
    now: datetime,
) -> None:
    token = tokens.make(site().secret_keys, Purpose.SUPERVISE, request.code, str(request.sends))
    jobs.put(
        "mail",
        key=f"{template}:{request.code}:{request.sends}",
        now=now,
        expires=request.expires_at,
        to=supervisor.email,
        template=template,
        therapist=person.legal_name,
        sessions=sessions,
        link=f"{site().base_url}/{Purpose.SUPERVISE}/{token}",
    )
    subject = f"supervision:{request.code}"
    details = {"supervisor": supervisor.name, "sessions": sessions, "sends": request.sends}
    record(Event.SUPERVISION_ASKED, actor, subject, person_id=person.id, now=now, **details)


@unit_of_work
def withdraw(user: User, request: SupervisionRequest, *, now: datetime) -> None:
    """End the link and release the sessions. Raise NoLongerWaiting if the supervisor has answered."""
    db.locked(User, user.id)
    request = db.locked(SupervisionRequest, request.id)
    if request.answered_at is not None:
        raise NoLongerWaiting
    if request.withdrawn_at is None:
        request.withdrawn_at = now
        db.session.execute(update(SupervisedSession).filter_by(request_id=request.id).values(request_id=None))
        subject = f"supervision:{request.code}"
        record(Event.SUPERVISION_WITHDRAWN, user, subject, person_id=user.id, now=now)


@unit_of_work
def answer(
    token: str, statement: SupervisorStatement, confirmed: Collection[UUID], reason: str | None, *, now: datetime
) -> None:
    """Store the supervisor's answer: these sessions are confirmed and the others declined. Mail the therapist.

    The link answers once. Raise SupervisionLinkInvalid or AnsweredAlready.
    """
    found, person = queries.request_of_link(token, now)
    request = db.locked(SupervisionRequest, found.id)
    if request.answered_at is not None:
        raise AnsweredAlready
    if not request.is_waiting(now):
        raise queries.SupervisionLinkInvalid
    sessions = queries.sessions_in(request)
    for one in sessions:
        if one.code in confirmed:
            one.confirmed_at = now
        else:
            one.declined_at = now
    request.answered_at, request.statement, request.reason = now, statement.to_json(), reason
    count = sum(one.confirmed_at is not None for one in sessions)
    record(
        Event.SUPERVISION_ANSWERED,
        _SupervisorAsActor(statement.name),
        f"supervision:{request.code}",
        person_id=request.user_id,
        now=now,
        reason=reason,
        confirmed=count,
        declined=len(sessions) - count,
    )
    jobs.put(
        "mail",
        key=f"supervision-answered:{request.code}",
        now=now,
        to=person.email,
        template="supervision-answered",
        name=person.name_in_mails,
        supervisor=request.supervisor.name,
        link=f"{site().base_url}/supervised/requests/{request.code}",
        confirmed=count,
        declined=len(sessions) - count,
    )


@unit_of_work
def annul(session: SupervisedSession, reason: str, *, actor: User, now: datetime) -> None:
    """Let a confirmed session no longer count. It stays on record with the reason.

    Raise NotConfirmed or AnnulledAlready.
    """
    session = db.locked(SupervisedSession, session.id)
    if session.confirmed_at is None:
        raise NotConfirmed
    if db.session.scalar(select(SessionAnnulment.id).filter_by(session_id=session.id)) is not None:
        raise AnnulledAlready
    db.session.add(
        SessionAnnulment(session_id=session.id, reason=reason, annulled_at=now, annulled_by=actor.legal_name)
    )
    _record(Event.SUPERVISED_SESSION_ANNULLED, actor, session, now, reason=reason)


def annul_for(admin: User, session: SupervisedSession, reason: str, *, now: datetime) -> None:
    """Annul a session of somebody else, as an administrator. Raise OwnRecord, or a refusal of `annul`."""
    decisions.require_another(admin, session.user_id)
    annul(session, reason, actor=admin, now=now)


def _record(event: Event, actor: User, session: SupervisedSession, now: datetime, **details: Any) -> None:
    subject = f"supervised-session:{session.code}"
    record(event, actor, subject, person_id=session.user_id, now=now, **details)


def remind_all(now: datetime) -> None:
    """Email each supervisor once more who has not answered for REMIND_AFTER. Safe to repeat."""
    waiting = queries.unanswered_since(now - REMIND_AFTER, now)
    remind_each(waiting, functools.partial(remind, now=now))


@unit_of_work
def remind(request_id: int, *, now: datetime) -> None:
    """Put the reminder into the outbox, unless it is there or no longer of use. The link stays the same."""
    request = db.locked(SupervisionRequest, request_id)
    person = accounts.person(request.user_id)
    if not request.is_waiting(now) or person.closed_at:
        return
    if jobs.known([f"supervision-reminder:{request.code}:{request.sends}"]):
        return
    sessions = len(queries.sessions_in(request))
    _mail_link(request, person, request.supervisor, "supervision-reminder", sessions, None, now)

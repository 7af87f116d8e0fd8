from datetime import date, datetime

from course.certificates.backdating import backdating_rule, queries
from course.certificates.backdating.models import Backdating, BackdatingState
from course.certificates.issuing import issuing
from course.certificates.issuing.issuing import RequestDecided
from course.certificates.issuing.models import Certificate, Request, RequestState
from course.people.accounts.models import User
from course.platform import db, decisions
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.web import Refused


class DateNotAllowed(Refused):
    status = 422


class BackdatingWaiting(Refused):
    message = "An earlier date for this request is already waiting for approval by a second administrator."


class NeedsAnother(Refused):
    status = 403
    message = "A different administrator must approve this, not the one who proposed it."


@unit_of_work
def ask(request: Request, issue_on: date, reason: str, *, actor: User, now: datetime) -> Backdating:
    """Propose an earlier date of issue. Nothing is issued before a second administrator confirms it.

    Raise OwnRecord, RequestDecided, DateNotAllowed or BackdatingWaiting.
    """
    decisions.require_another(actor, request.user_id)
    request = db.locked(Request, request.id)
    _require_waiting(request)
    if fault := backdating_rule.fault(issue_on, *queries.days_of(request, now)):
        raise DateNotAllowed(fault)
    backdating = Backdating(request_id=request.id, issue_on=issue_on, reason=reason, asked_at=now, asked_by_id=actor.id)
    decisions.ask(backdating, BackdatingWaiting)
    record(
        Event.BACKDATING_ASKED,
        actor,
        f"request:{request.code}",
        person_id=request.user_id,
        now=now,
        issue_on=issue_on.isoformat(),
        reason=reason,
    )
    return backdating


def confirm(backdating: Backdating, *, actor: User, now: datetime) -> Certificate:
    """Issue the certificate with the earlier date. Audit log and register keep the moment of issue.

    The decision and the certificate are committed together. Raise NeedsAnother, OwnRecord, DecidedAlready,
    RequestDecided, or a refusal of issuing.
    """
    request = db.session.get_one(Request, backdating.request_id)
    decisions.require_open(backdating)
    decisions.require_another(actor, request.user_id)
    if actor.id == backdating.asked_by_id:
        raise NeedsAnother
    _require_waiting(request)

    def decide() -> None:
        locked, confirmed = _locked_open(backdating)
        _require_waiting(locked)
        _decide(confirmed, BackdatingState.CONFIRMED, locked, actor, now)

    return issuing.issue(request, actor=actor, now=now, issue_on=backdating.issue_on, decide=decide)


@unit_of_work
def refuse(backdating: Backdating, *, actor: User, now: datetime) -> None:
    """Reject or withdraw the earlier date. The certificate request itself still waits. Raise DecidedAlready."""
    request, backdating = _locked_open(backdating)
    _decide(backdating, BackdatingState.REFUSED, request, actor, now)


def _locked_open(backdating: Backdating) -> tuple[Request, Backdating]:
    return db.locked(Request, backdating.request_id), decisions.locked_open(backdating)


def _require_waiting(request: Request) -> None:
    if request.state != RequestState.WAITING:
        raise RequestDecided


def _decide(backdating: Backdating, state: BackdatingState, request: Request, actor: User, now: datetime) -> None:
    decisions.decide(backdating, state, now)
    backdating.decided_by_id = actor.id
    record(
        Event.BACKDATING_DECIDED,
        actor,
        f"request:{request.code}",
        person_id=request.user_id,
        now=now,
        issue_on=backdating.issue_on.isoformat(),
        decision=state,
    )

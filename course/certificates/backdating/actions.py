from datetime import date, datetime

from sqlalchemy.exc import IntegrityError

from course.certificates.backdating import backdating_rule, queries
from course.certificates.backdating.models import Backdating, State
from course.certificates.issuing import actions as certificates
from course.certificates.issuing.models import Certificate, Request
from course.certificates.issuing.models import State as RequestState
from course.people.accounts.models import User
from course.platform import db
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.web import Refused


class NotThatDay(Refused):
    status = 422


class AskedAlready(Refused):
    message = "An earlier date for this request waits for a second administrator already."


class Decided(Refused):
    message = "This was decided already."


class RequestDecided(Refused):
    message = "The request itself was decided meanwhile, so no date can be set back any more."


class NeedsAnother(Refused):
    status = 403
    message = "Another administrator has to confirm it: not the one who asked, and not the holder."


@unit_of_work
def ask(request: Request, issue_on: date, reason: str, *, actor: User, now: datetime) -> Backdating:
    """An administrator's wish to issue with an earlier date. Nothing is issued before a second one confirms."""
    request = db.locked(Request, request.id)
    if request.state != RequestState.WAITING:
        raise RequestDecided
    if fault := backdating_rule.fault(issue_on, *queries.days_of(request, now)):
        raise NotThatDay(fault)
    wish = Backdating(request_id=request.id, issue_on=issue_on, reason=reason, asked_at=now, asked_by_id=actor.id)
    db.session.add(wish)
    try:
        db.session.flush()
    except IntegrityError:
        raise AskedAlready from None
    record(
        Event.BACKDATING_ASKED,
        actor,
        f"request:{request.code}",
        person_id=request.user_id,
        now=now,
        issue_on=issue_on.isoformat(),
        reason=reason,
    )
    return wish


@unit_of_work
def confirm(wish: Backdating, *, actor: User, now: datetime) -> Certificate:
    """Issues the certificate with the earlier date; the log and the register keep the moment at which it was issued.

    Raises NeedsAnother, RequestDecided and what refuses a certificate.
    """
    wish, request = _to_decide(wish)
    if actor.id in (wish.asked_by_id, request.user_id):
        raise NeedsAnother
    if request.state != RequestState.WAITING:
        raise RequestDecided
    certificate = certificates.issue(request, actor=actor, now=now, issue_on=wish.issue_on)
    _decide(wish, State.CONFIRMED, request, actor, now)
    return certificate


@unit_of_work
def refuse(wish: Backdating, *, actor: User, now: datetime) -> None:
    """By another administrator, or taken back by the one who asked. The request itself goes on waiting."""
    wish, request = _to_decide(wish)
    _decide(wish, State.REFUSED, request, actor, now)


def _to_decide(wish: Backdating) -> tuple[Backdating, Request]:
    request = db.locked(Request, wish.request_id)
    wish = db.locked(Backdating, wish.id)
    if wish.state != State.WAITING:
        raise Decided
    return wish, request


def _decide(wish: Backdating, state: State, request: Request, actor: User, now: datetime) -> None:
    wish.state, wish.decided_at, wish.decided_by_id = state, now, actor.id
    record(
        Event.BACKDATING_DECIDED,
        actor,
        f"request:{request.code}",
        person_id=request.user_id,
        now=now,
        issue_on=wish.issue_on.isoformat(),
        decision=state,
    )

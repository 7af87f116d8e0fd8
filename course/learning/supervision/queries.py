"""Finds supervised sessions, supervisors and requests."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import joinedload

from course.content.queries import catalog
from course.content.schema.law import Law
from course.learning.supervision import session_goals
from course.learning.supervision.models import SessionAnnulment, SupervisedSession, SupervisionRequest, Supervisor
from course.learning.supervision.session_goals import Profession, SessionGoals, SupervisorVerdict
from course.learning.supervision.statement import SupervisorStatement
from course.people.accounts import tokens
from course.people.accounts.models import License, User
from course.people.accounts.tokens import Purpose
from course.platform import db
from course.platform.dates import date_in
from course.platform.queries import Page, one_or_404, page_of
from course.platform.web import NotFound
from course.site import site
from course.states.entries import queries as entries
from course.states.requirements.evidence import SupervisorFacts, TreatmentSession

UNNAMED = "a supervisor who is not named yet"  # of a session that was not sent


class SupervisionLinkInvalid(NotFound):
    message = (
        "This link no longer works. It may have expired, or a newer email may have replaced it. "
        "Ask the therapist to send the sessions again."
    )


@dataclass(frozen=True)
class LogCounts:
    """How many sessions of a log are in each state."""

    unsent: int
    waiting: int
    confirmed: int
    declined: int
    annulled: int

    @property
    def total(self) -> int:
        return self.unsent + self.waiting + self.confirmed + self.declined + self.annulled


def _is_waiting(now: datetime) -> ColumnElement[bool]:
    return and_(
        SupervisionRequest.withdrawn_at.is_(None),
        SupervisionRequest.answered_at.is_(None),
        SupervisionRequest.expires_at > now,
    )


def _undecided() -> ColumnElement[bool]:
    return and_(SupervisedSession.confirmed_at.is_(None), SupervisedSession.declined_at.is_(None))


def counts_of(user_id: int, now: datetime) -> LogCounts:
    """Return how many of the person's sessions are in each state. One statement."""
    undecided, is_waiting = _undecided(), func.coalesce(_is_waiting(now), False)
    annulled = SessionAnnulment.id.is_not(None)

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    row = db.session.execute(
        select(
            count(and_(undecided, ~is_waiting)),
            count(and_(undecided, is_waiting)),
            count(and_(SupervisedSession.confirmed_at.is_not(None), ~annulled)),
            count(SupervisedSession.declined_at.is_not(None)),
            count(annulled),
        )
        .outerjoin(SupervisionRequest, SupervisionRequest.id == SupervisedSession.request_id)
        .outerjoin(SessionAnnulment, SessionAnnulment.session_id == SupervisedSession.id)
        .where(SupervisedSession.user_id == user_id)
    ).one()
    return LogCounts(*map(int, row))


def log_of(user_id: int, *, number: int, size: int) -> Page[SupervisedSession]:
    """Return one page of the person's sessions with their requests and annulments, newest first."""
    rows = select(SupervisedSession).filter_by(user_id=user_id)
    rows = rows.options(joinedload(SupervisedSession.request), joinedload(SupervisedSession.annulment))
    return page_of(
        rows.order_by(SupervisedSession.held_on.desc(), SupervisedSession.id.desc()), number=number, size=size
    )


def newest_of(user_id: int) -> SupervisedSession | None:
    """Return the session that the person logged last."""
    wanted = select(SupervisedSession).filter_by(user_id=user_id)
    return db.session.scalars(wanted.order_by(SupervisedSession.id.desc()).limit(1)).one_or_none()


def own_session(user: User, code: UUID) -> SupervisedSession:
    return one_or_404(_with_request().filter_by(user_id=user.id, code=code))


def session_of(code: UUID) -> SupervisedSession:
    return one_or_404(_with_request().filter_by(code=code))


def _with_request() -> Select[SupervisedSession]:
    return select(SupervisedSession).options(
        joinedload(SupervisedSession.request), joinedload(SupervisedSession.annulment)
    )


def sendable(user_id: int, now: datetime) -> Sequence[SupervisedSession]:
    """Return the sessions that nobody has decided and that no supervisor can answer now, by day."""
    wanted = (
        select(SupervisedSession)
        .outerjoin(SupervisionRequest, SupervisionRequest.id == SupervisedSession.request_id)
        .where(
            SupervisedSession.user_id == user_id,
            _undecided(),
            or_(SupervisedSession.request_id.is_(None), ~_is_waiting(now)),
        )
    )
    return db.session.scalars(wanted.order_by(SupervisedSession.held_on, SupervisedSession.id)).all()


def confirmed_of(user_id: int) -> Sequence[SupervisedSession]:
    """Return the person's confirmed sessions with their requests by day, without annulled ones. One statement."""
    wanted = _with_request().where(
        SupervisedSession.user_id == user_id,
        SupervisedSession.confirmed_at.is_not(None),
        ~SupervisedSession.annulment.has(),
    )
    return db.session.scalars(wanted.order_by(SupervisedSession.held_on, SupervisedSession.id)).all()


def supervisors_of(user_id: int) -> Sequence[Supervisor]:
    """Return the person's supervisors by name, without removed ones."""
    return db.session.scalars(
        select(Supervisor).filter_by(user_id=user_id, removed_at=None).order_by(Supervisor.name, Supervisor.id)
    ).all()


def count_supervisors(user_id: int) -> int:
    """Return how many supervisors the person has entered, with removed ones."""
    return db.session.scalars(select(func.count(Supervisor.id)).filter_by(user_id=user_id)).one()


def own_supervisor(user: User, code: UUID) -> Supervisor:
    return one_or_404(select(Supervisor).filter_by(user_id=user.id, code=code, removed_at=None))


def own_request(user: User, code: UUID) -> SupervisionRequest:
    return one_or_404(select(SupervisionRequest).filter_by(user_id=user.id, code=code, withdrawn_at=None))


def requests_of(user_id: int) -> list[tuple[SupervisionRequest, int]]:
    """Return the person's requests that were not withdrawn, newest first, each with the number of its sessions."""
    rows = db.session.execute(
        select(SupervisionRequest, func.count(SupervisedSession.id))
        .join(SupervisedSession, SupervisedSession.request_id == SupervisionRequest.id)
        .where(SupervisionRequest.user_id == user_id, SupervisionRequest.withdrawn_at.is_(None))
        .group_by(SupervisionRequest.id, Supervisor.id)
        .join(Supervisor, Supervisor.id == SupervisionRequest.supervisor_id)
        .order_by(SupervisionRequest.id.desc())
    )
    return [(request, count) for request, count in rows]


def sessions_in(request: SupervisionRequest) -> Sequence[SupervisedSession]:
    """Return the sessions of a request by day, with their annulments."""
    wanted = select(SupervisedSession).filter_by(request_id=request.id)
    wanted = wanted.options(joinedload(SupervisedSession.annulment))
    return db.session.scalars(wanted.order_by(SupervisedSession.held_on, SupervisedSession.id)).all()


def request_of_link(token: str, now: datetime) -> tuple[SupervisionRequest, User]:
    """Return the request that the link in a mail leads to, and whose it is. Raise SupervisionLinkInvalid.

    An answered request is returned as well: its page says that it was answered.
    """
    parts = tokens.read(site().secret_keys, Purpose.SUPERVISE, token)
    found = db.session.execute(
        select(SupervisionRequest, User)
        .join(User, User.id == SupervisionRequest.user_id)
        .where(SupervisionRequest.code == (parts[0] if parts else None), User.closed_at.is_(None))
    ).one_or_none()
    if found is None or parts is None or not tokens.matches(parts[1], str(found[0].sends)):
        raise SupervisionLinkInvalid
    if found[0].answered_at is None and not found[0].is_waiting(now):
        raise SupervisionLinkInvalid
    return found[0], found[1]


def unanswered_since(moment: datetime, now: datetime) -> Sequence[int]:
    """Return the requests that were sent before the moment and still wait."""
    wanted = select(SupervisionRequest.id).where(_is_waiting(now), SupervisionRequest.sent_at <= moment)
    return db.session.scalars(wanted.order_by(SupervisionRequest.id)).all()


def sessions_of(user_ids: Collection[int]) -> dict[int, list[TreatmentSession]]:
    """Return each person's sessions as evidence, by day, without declined and annulled ones. One statement.

    A session is verified once its supervisor has confirmed it.
    """
    rows = db.session.scalars(
        select(SupervisedSession)
        .outerjoin(SessionAnnulment, SessionAnnulment.session_id == SupervisedSession.id)
        .where(
            SupervisedSession.user_id.in_(user_ids),
            SupervisedSession.declined_at.is_(None),
            SessionAnnulment.id.is_(None),
        )
        .options(joinedload(SupervisedSession.request))
        .order_by(SupervisedSession.held_on, SupervisedSession.id)
    )
    found: defaultdict[int, list[TreatmentSession]] = defaultdict(list)
    for row in rows:
        found[row.user_id].append(_evidence(row))
    return dict(found)


def _evidence(session: SupervisedSession) -> TreatmentSession:
    request = session.request
    supervisor = SupervisorFacts(name=request.supervisor.name if request else UNNAMED)
    if session.confirmed_at and request and request.answers:
        supervisor = request.answers.facts
    return TreatmentSession(
        on=session.held_on,
        minutes=session.minutes,
        supervisor=supervisor,
        remote=session.by_video,
        jurisdiction=session.jurisdiction,
        verified_by=supervisor.name if session.confirmed_at else None,
        verified_on=session.confirmed_at.date() if session.confirmed_at else None,
        source="log of supervised sessions",
    )


def confirmed_days_of(user_ids: Collection[int]) -> dict[int, list[date]]:
    """Return the day of each confirmed session by person, without annulled ones. One statement."""
    rows = db.session.execute(
        select(SupervisedSession.user_id, SupervisedSession.held_on)
        .outerjoin(SessionAnnulment, SessionAnnulment.session_id == SupervisedSession.id)
        .where(
            SupervisedSession.user_id.in_(user_ids),
            SupervisedSession.confirmed_at.is_not(None),
            SessionAnnulment.id.is_(None),
        )
        .order_by(SupervisedSession.held_on)
    )
    found: defaultdict[int, list[date]] = defaultdict(list)
    for user_id, day in rows:
        found[user_id].append(day)
    return dict(found)


def goals_of(user: User, now: datetime) -> list[SessionGoals]:
    """Return how far the person's log goes in each state of their licenses. Two statements."""
    laws, sessions = _laws(user), sessions_of([user.id]).get(user.id, [])
    return [
        session_goals.goals_of(laws.get(one.jurisdiction), *_license(one), sessions, _today(one, now))
        for one in user.licenses
    ]


def verdicts_on(user: User, statement: SupervisorStatement, now: datetime) -> list[SupervisorVerdict]:
    """Return how the supervisor compares with the rules of each state of the person's licenses."""
    laws = _laws(user)
    return [
        verdict
        for one in user.licenses
        for verdict in session_goals.verdicts_on(
            laws.get(one.jurisdiction), *_license(one), statement.facts, _today(one, now)
        )
    ]


def _license(license_: License) -> tuple[str, Profession]:
    return license_.jurisdiction, "PTA" if license_.profession == "PTA" else "PT"


def _laws(user: User) -> dict[str, Law]:
    """Return the current law of each state of the person's licenses. Nothing is on file for territories."""
    wanted = {one.jurisdiction for one in user.licenses}
    return {code: one.state for code, one in entries.entries().items() if code in wanted}


def _today(license_: License, now: datetime) -> date:
    return date_in(catalog().licensing_places[license_.jurisdiction].time_zone, now)

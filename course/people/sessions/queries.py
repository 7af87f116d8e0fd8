"""Finds sessions."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select

from course.people.sessions import limits
from course.people.sessions.models import SignInSession
from course.platform import db
from course.platform.queries import one_or_404


def open_sessions(user_id: int, role: str, *, now: datetime) -> Sequence[SignInSession]:
    """Return the person's sessions that are in use, the one seen last first."""
    rows = db.session.scalars(
        select(SignInSession)
        .filter_by(user_id=user_id, ended_at=None)
        .order_by(SignInSession.last_seen_at.desc(), SignInSession.id.desc())
    )
    return [row for row in rows if not limits.is_over(role, row.created_at, row.last_seen_at, now)]


def find_by_digest(digest: str) -> SignInSession | None:
    """Return the session of a token, which may have ended."""
    return db.session.scalars(select(SignInSession).filter_by(digest=digest)).one_or_none()


def find(code: UUID) -> SignInSession | None:
    """Return the session with that code, which may have ended."""
    return db.session.scalars(select(SignInSession).filter_by(code=code)).one_or_none()


def own(user_id: int, code: UUID) -> SignInSession:
    """Return the person's session with that code. Raise NotFound."""
    return one_or_404(select(SignInSession).filter_by(user_id=user_id, code=code))


def is_known_device(user_id: int, device_digest: str) -> bool:
    """Return whether the person signed in with that browser before."""
    return db.session.scalars(
        select(exists().where(SignInSession.user_id == user_id, SignInSession.device_digest == device_digest))
    ).one()

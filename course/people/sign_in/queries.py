"""Counts what the audit log has about sign-ins."""

from datetime import datetime

from sqlalchemy import select

from course.platform import db
from course.platform.audit.log import Event
from course.platform.audit.models import AuditEvent


def count_failures(person_id: int | None, since: datetime, *, limit: int) -> int:
    """Return how many failed sign-ins of the person were recorded since then, up to the limit. None: of nobody."""
    newest = (
        select(AuditEvent.at)
        .filter_by(event=Event.SIGN_IN_FAILED, person_id=person_id)
        .order_by(AuditEvent.id.desc())
        .limit(limit)
    )
    return sum(at > since for at in db.session.scalars(newest))

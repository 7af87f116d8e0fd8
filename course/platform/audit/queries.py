from collections.abc import Sequence

from sqlalchemy import select

from course.platform import db
from course.platform.audit.models import AuditEvent


def about(person_id: int, *, limit: int) -> Sequence[AuditEvent]:
    """Return the events about a person, newest first."""
    return db.session.scalars(
        select(AuditEvent).filter_by(person_id=person_id).order_by(AuditEvent.id.desc()).limit(limit)
    ).all()

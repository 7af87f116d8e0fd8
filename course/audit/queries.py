from collections.abc import Sequence

from sqlalchemy import select

from course import db
from course.audit.models import AuditEvent


def about(person_id: int, *, limit: int) -> Sequence[AuditEvent]:
    """What was done by or to a person, newest first."""
    return db.session.scalars(
        select(AuditEvent).filter_by(person_id=person_id).order_by(AuditEvent.id.desc()).limit(limit)
    ).all()

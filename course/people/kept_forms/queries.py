"""Finds kept forms."""

from datetime import datetime

from sqlalchemy import select

from course.people.kept_forms.actions import LIFETIME, digest
from course.people.kept_forms.models import KeptForm
from course.platform import db


def find(key: str, user_id: int, *, now: datetime) -> KeptForm | None:
    """Return the form that was kept under the key, or None if it was another person's or is too old."""
    wanted = select(KeptForm).filter_by(digest=digest(key), user_id=user_id).where(KeptForm.kept_at > now - LIFETIME)
    return db.session.scalars(wanted).one_or_none()

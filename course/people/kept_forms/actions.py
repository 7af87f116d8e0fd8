"""Forms are kept, and forgotten again."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from course.people.kept_forms.models import KeptForm
from course.people.kept_forms.typed_fields import Fields
from course.platform import db
from course.platform.db import unit_of_work

LIFETIME = timedelta(hours=1)
MAX_FORMS = 5  # of a person; the oldest goes first


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@unit_of_work
def keep(user_id: int, path: str, fields: Fields, *, had_files: bool, now: datetime) -> str:
    """Keep what the person typed, and return the key for the browser's cookie."""
    key = secrets.token_urlsafe(32)
    db.session.add(
        KeptForm(digest=digest(key), user_id=user_id, path=path, fields=fields, had_files=had_files, kept_at=now)
    )
    newest = select(KeptForm.id).filter_by(user_id=user_id).order_by(KeptForm.id.desc()).limit(MAX_FORMS)
    db.session.flush()
    kept = db.session.scalars(newest).all()
    db.session.execute(delete(KeptForm).where(KeptForm.user_id == user_id, KeptForm.id.not_in(kept)))
    return key


@unit_of_work
def forget_old(now: datetime) -> None:
    """Erase forms that nobody came back for. Safe to repeat."""
    db.session.execute(delete(KeptForm).where(KeptForm.kept_at <= now - LIFETIME))

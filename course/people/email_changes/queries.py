"""Finds changes of email."""

from collections.abc import Sequence

from sqlalchemy import select

from course.people.accounts import tokens
from course.people.accounts.models import EmailChange
from course.people.accounts.tokens import Purpose
from course.platform import db


def change_of_token(keys: Sequence[str], purpose: Purpose, token: str) -> EmailChange | None:
    """Return the change whose link this is, or None if the link is forged, altered or expired."""
    if (parts := tokens.read(keys, purpose, token)) is None:
        return None
    change = db.session.scalars(select(EmailChange).filter_by(code=parts[0])).one_or_none()
    return change if change and tokens.matches(parts[1], change.new_key) else None


def changes_since(change: EmailChange) -> Sequence[EmailChange]:
    """Return this change and the person's later ones."""
    return db.session.scalars(
        select(EmailChange).where(EmailChange.user_id == change.user_id, EmailChange.id >= change.id)
    ).all()

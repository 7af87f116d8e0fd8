"""Names change here."""

from datetime import datetime

from course.people.accounts.models import User
from course.people.accounts.name_parts import LegalName
from course.platform import db, decisions
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.web import Refused


class NotOneName(Refused):
    message = "This person has not said that they have only one name."


@unit_of_work
def rename(user: User, name: LegalName, *, now: datetime, actor: User | None = None) -> None:
    """Change the legal name. `actor` is the administrator who saw proof of it, if the person didn't do it."""
    before, after = _on_record(LegalName(user.legal_name, user.name_parts)), _on_record(name)
    if before != after:
        user.legal_name, user.name_parts = name.printed, name.parts
        record(
            Event.PROFILE_CHANGED,
            actor or user,
            f"person:{user.code}",
            person_id=user.id,
            now=now,
            before=before,
            after=after,
        )
    if actor and name.parts and name.parts.is_single:
        user.confirmed_one_name = name.parts.family


def _on_record(name: LegalName) -> dict[str, object]:
    return {"legal_name": name.printed, "parts": name.parts.to_json() if name.parts else None}


@unit_of_work
def confirm_one_name(admin: User, person: User, proof: str, *, now: datetime) -> None:
    """Record that the administrator saw proof that the person has only one name. Safe to repeat.

    Raise NotOneName or OwnRecord.
    """
    decisions.require_another(admin, person.id)
    person = db.locked(User, person.id)
    if person.name_parts is None or not person.name_parts.is_single:
        raise NotOneName
    name = person.name_parts.family
    if person.confirmed_one_name == name:
        return
    person.confirmed_one_name = name
    record(
        Event.ONE_NAME_CONFIRMED,
        admin,
        f"person:{person.code}",
        person_id=person.id,
        now=now,
        name=name,
        reason=proof,
    )

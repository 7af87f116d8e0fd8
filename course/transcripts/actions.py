from datetime import datetime
from typing import Any

from flask import current_app

from course import db, jobs
from course.accounts import queries as accounts
from course.accounts.models import User
from course.accounts.papers import media_type
from course.audit.log import Event, record
from course.db import unit_of_work
from course.transcripts import queries
from course.transcripts.models import OtherRecord, State
from course.web import Refused

MOST = 300  # records of one person


class TooMany(Refused):
    message = f"A transcript holds {MOST} records from elsewhere. Remove one that no board asks for any more."


class ChangedMeanwhile(Refused):
    message = "The record was changed or checked while this page was open. Look at it again."


@unit_of_work
def add(user: User, *, document: bytes | None, now: datetime, **said: Any) -> OtherRecord:
    """Adds what the learner says of education elsewhere: title, provider, approval, mode, minutes, completed_on."""
    db.locked(User, user.id)
    if queries.count_of(user.id) >= MOST:
        raise TooMany
    other = OtherRecord(user_id=user.id, added_at=now, changed_at=now, state=State.UNCHECKED, **said)
    _attach(other, document)
    db.session.add(other)
    db.session.flush()
    facts = {name: other.facts()[name] for name in ("title", "provider", "minutes", "completed_on")}
    record(Event.OTHER_RECORD_ADDED, user, f"record:{other.code}", person_id=user.id, now=now, **facts)
    return other


@unit_of_work
def change(user: User, other: OtherRecord, *, document: bytes | None, now: datetime, **said: Any) -> None:
    """Changes it; `document` None keeps the one that there is. What was checked must be checked again."""
    other = db.locked(OtherRecord, other.id)
    before = other.facts()
    for name, value in said.items():
        setattr(other, name, value)
    _attach(other, document)
    if before == other.facts() and document is None:
        return
    other.changed_at, other.state = now, State.UNCHECKED
    other.checked_at = other.checked_by = other.note = None
    record(
        Event.OTHER_RECORD_CHANGED, user, f"record:{other.code}", person_id=user.id, now=now,
        before=before, after=other.facts(),
    )  # fmt: skip


def _attach(other: OtherRecord, document: bytes | None) -> None:
    if document is not None:
        other.document, other.document_type = document, media_type(document)


@unit_of_work
def remove(user: User, other: OtherRecord, *, now: datetime) -> None:
    """Takes it off the transcript and erases its document; that it was there stays in the audit log."""
    other = db.locked(OtherRecord, other.id)
    if other.removed_at is None:
        other.removed_at, other.document, other.document_type = now, None, None
        record(Event.OTHER_RECORD_REMOVED, user, f"record:{other.code}", person_id=user.id, now=now)


@unit_of_work
def check(admin: User, other: OtherRecord, state: State, note: str | None, *, seen: str, now: datetime) -> None:
    """Says that the record was held against its document, or is refused. `seen`: the version that was looked at."""
    other = db.locked(OtherRecord, other.id)
    if other.removed_at is not None or version(other) != seen:
        raise ChangedMeanwhile
    before = other.state
    other.state, other.checked_at, other.checked_by, other.note = state, now, admin.legal_name, note
    record(
        Event.OTHER_RECORD_CHECKED, admin, f"record:{other.code}", person_id=other.user_id, now=now,
        before=before, after=state, note=note,
    )  # fmt: skip
    person = accounts.people_of([other.user_id])[other.user_id]
    jobs.put(
        "mail", key=f"record-checked:{other.code}:{now.isoformat()}", now=now, to=person.email,
        template="record-checked", name=person.legal_name, title=other.title, state=state, note=note,
        link=f"{current_app.extensions['base_url']}/transcript",
    )  # fmt: skip


def version(other: OtherRecord) -> str:
    """Changes with each change and each check."""
    return f"{other.changed_at.isoformat()} {other.state} {other.checked_at and other.checked_at.isoformat()}"

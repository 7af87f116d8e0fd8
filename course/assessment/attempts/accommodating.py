"""Granting a person extra time and extra attempts."""

from datetime import datetime
from typing import Any

from course.assessment.attempts import attempt_rules, queries, taking
from course.assessment.attempts.attempt_rules import Granted
from course.assessment.attempts.models import Accommodation, Attempt
from course.people.accounts.models import User
from course.platform import db, decisions
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work


@unit_of_work
def accommodate(actor: User, person: User, granted: Granted, note: str, *, now: datetime) -> Accommodation:
    """Set what a person is granted in every assessment. An open attempt may gain time but never loses any.

    Raise OwnRecord.
    """
    decisions.require_another(actor, person.id)
    db.locked(User, person.id)
    row = queries.find_accommodation(person.id)
    before = _as_audited(row)
    if row is None:
        row = Accommodation(user_id=person.id)
        db.session.add(row)
    row.extra_percent, row.untimed, row.extra_attempts = granted.extra_percent, granted.untimed, granted.extra_attempts
    row.note, row.set_at, row.set_by = note, now, actor.legal_name
    for attempt in queries.open_attempts_of(person.id):
        _extend(attempt, granted, now)
    record(
        Event.ACCOMMODATION_SET,
        actor,
        f"person:{person.code}",
        person_id=person.id,
        now=now,
        before=before,
        after=_as_audited(row),
    )
    return row


def _extend(attempt: Attempt, granted: Granted, now: datetime) -> None:
    attempt = db.locked(Attempt, attempt.id)
    if attempt.submitted_at or attempt.deadline is None:
        return
    if attempt_rules.is_over(attempt.deadline, attempt.grace_seconds, now):
        return
    later = attempt_rules.deadline(attempt.started_at, attempt.minutes, granted)
    if later is None or later > attempt.deadline:
        attempt.deadline = later
        taking.submit_when_due(attempt, now)


def _as_audited(row: Accommodation | None) -> dict[str, Any] | None:
    names = ("extra_percent", "untimed", "extra_attempts", "note")
    return None if row is None else {name: getattr(row, name) for name in names}

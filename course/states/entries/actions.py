"""Stores checks of state entries, and notifies people of changed requirements."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from course.content.schema.jurisdiction import Jurisdiction
from course.people.accounts import queries as accounts
from course.people.accounts.models import User
from course.platform import db, jobs
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.site import site
from course.states.entries import corrections, earlier_editions, queries, requirements
from course.states.entries.models import ChangeNotice, RequirementsEdition, StateCheck


@unit_of_work
def check_entry(
    admin: User,
    code: str,
    fields: Mapping[str, Any],
    source: Mapping[str, Any],
    *,
    checked_on: date,
    note: str,
    now: datetime,
    rules: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    confirmed: Collection[str] = (),
) -> StateCheck:
    """Store a check of a state's entry against a source, and notify the people licensed there of changed requirements.

    `fields` are the top-level fields of the entry that the check sets, and `rules` the values of rules by id.
    `confirmed`: ids of rules that the source states as they are. Raise pydantic's ValidationError if the result is not
    a valid entry.
    """
    before = queries.entry_of(code).state
    after = corrections.corrected(before, fields, source, checked_on, rules=rules, confirmed=confirmed)
    check = StateCheck(
        code=code,
        entry=after.model_dump(mode="json"),
        checked_on=checked_on,
        note=note,
        author_id=admin.id,
        author_name=admin.legal_name,
        at=now,
    )
    db.session.add(check)
    db.session.flush()
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    differing = [name for name in new if old[name] != new[name]]
    record(
        Event.STATE_CHECKED,
        admin,
        f"state:{code}",
        person_id=None,
        now=now,
        before={name: old[name] for name in differing},
        after={name: new[name] for name in differing},
        source=source["url"],
        checked_on=checked_on.isoformat(),
    )
    announce_changes(now=now)
    jobs.put("reindex", key=f"reindex:{check.id}", now=now)
    return check


@unit_of_work
def announce_changes(*, now: datetime) -> list[str]:
    """Notify the people licensed in a state of each change of its requirements, once. Return the codes of those states.

    A state without an edition gets its first one, and nobody is notified. The lock keeps two processes that start
    together from sending the same notice twice.
    """
    db.alone(db.Lock.ANNOUNCE_STATES)
    known = queries.editions()
    changed = []
    for code, entry in queries.entries().items():
        required = requirements.requirements_of(entry.state)
        digest = requirements.digest(required)
        if code in known and known[code].digest == digest:
            continue
        changes = _changes(known[code].demand, entry.state) if code in known else []
        edition = RequirementsEdition(code=code, digest=digest, demand=required, changes=changes, at=now)
        db.session.add(edition)
        if changes:
            db.session.flush()
            _notify(edition, entry.state, now)
            changed.append(code)
    return changed


def _changes(before: Mapping[str, Any], state: Jurisdiction) -> list[list[str]]:
    if earlier_editions.is_earlier(before):
        return earlier_editions.changes(before, state)
    return requirements.changes(before, requirements.requirements_of(state))


def _notify(edition: RequirementsEdition, state: Jurisdiction, now: datetime) -> None:
    link = f"{site().base_url}/states/{state.code}"
    for person in accounts.licensed_in(state.code):
        db.session.add(ChangeNotice(user_id=person.id, edition_id=edition.id))
        jobs.put(
            "mail",
            key=f"state-changed:{edition.id}:{person.id}",
            now=now,
            to=person.email,
            template="state-changed",
            name=person.name_in_mails,
            state=state.name,
            link=link,
            changes="\n".join(f"- {name}: {before} -> {after}" for name, before, after in edition.changes),
        )


@unit_of_work
def mark_seen(user: User, notice_id: int, *, now: datetime) -> None:
    """Mark the person's notice as seen. Another person's notice, or one that does not exist, changes nothing."""
    notice = db.session.scalars(select(ChangeNotice).filter_by(id=notice_id, user_id=user.id)).one_or_none()
    if notice and notice.seen_at is None:
        notice.seen_at = now

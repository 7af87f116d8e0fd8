import functools
from datetime import date, datetime, timedelta
from typing import Any

from course.people.accounts import queries as accounts
from course.people.accounts.models import License, User
from course.platform import db, decisions, jobs
from course.platform.audit.log import Event, record
from course.platform.dates import long_date
from course.platform.db import unit_of_work
from course.platform.file_types import media_type
from course.platform.mail.subscriptions import Subscription, remind_each
from course.platform.web import Refused
from course.reporting.transcripts import queries, reminders
from course.reporting.transcripts.models import OtherRecord, State
from course.site import site

MOST = 300  # records of one person
BATCH = 500
LICENSE_MAILS = Subscription(salt="license-mail", path="/licenses/stop")


class TooMany(Refused):
    message = f"A transcript holds {MOST} records from elsewhere. Remove one that no board asks for any more."


class ChangedMeanwhile(Refused):
    message = "The record was changed or checked while this page was open. Look at it again."


class NoDocument(Refused):
    message = "No document was sent with this record, so there is nothing to hold it against."


class OwnRecord(Refused):
    message = "This is your own record. Another administrator checks it."


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
    if other.removed_at is not None:
        raise ChangedMeanwhile
    before = other.facts()
    for name, value in said.items():
        setattr(other, name, value)
    _attach(other, document)
    if before == other.facts() and document is None:
        return
    other.changed_at, other.state = now, State.UNCHECKED
    other.decided_at = other.decided_by = other.note = None
    record(
        Event.OTHER_RECORD_CHANGED,
        user,
        f"record:{other.code}",
        person_id=user.id,
        now=now,
        before=before,
        after=other.facts(),
    )


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
    if other.user_id == admin.id:
        raise OwnRecord
    if state is State.VERIFIED and other.document_type is None:
        raise NoDocument
    before = other.state
    decisions.decide(other, state, now)
    other.decided_by, other.note = admin.legal_name, note
    record(
        Event.OTHER_RECORD_CHECKED,
        admin,
        f"record:{other.code}",
        person_id=other.user_id,
        now=now,
        before=before,
        after=state,
        note=note,
    )
    person = accounts.person(other.user_id)
    jobs.put(
        "mail",
        key=f"record-checked:{other.code}:{now.isoformat()}",
        now=now,
        to=person.email,
        template="record-checked",
        name=person.legal_name,
        title=other.title,
        state=state,
        note=note,
        link=f"{site().base_url}/transcript",
    )


def version(other: OtherRecord) -> str:
    """Changes with each change and each check."""
    return f"{other.changed_at.isoformat()} {other.state} {other.decided_at and other.decided_at.isoformat()}"


@unit_of_work
def set_mail(user: User, *, on: bool) -> None:
    db.locked(User, user.id).license_mails = on


@unit_of_work
def unsubscribe(token: str) -> None:
    """End the mails of the person that the link was sent to, signed in or not. Raise LinkNotValid."""
    db.locked(User, recipient(token).id).license_mails = False


def recipient(token: str) -> User:
    """Return the person that the link in a mail was sent to. Raise LinkNotValid."""
    return accounts.person_of(LICENSE_MAILS.account(token))


def remind_all(now: datetime) -> None:
    """Mails everyone whose license expires soon, each reminder once; safe to repeat."""
    if now.hour < reminders.MAIL_HOUR:
        return
    today = now.date()
    soon = queries.expiring(today, today + timedelta(days=max(reminders.DAYS)))
    wanted = {key: one.id for one in soon if (key := _key(one, today))}
    keys = list(wanted)
    sent = {key for n in range(0, len(keys), BATCH) for key in jobs.known(keys[n : n + BATCH])}
    remind_each((wanted[key] for key in keys if key not in sent), functools.partial(remind, now=now))


@unit_of_work
def remind(license_id: int, *, now: datetime) -> None:
    """Puts the reminder into the outbox unless it is there, or is not due or wished any more."""
    user = db.locked(User, accounts.license_of(license_id).user_id)
    license_ = db.locked(License, license_id)
    expires_on, key = license_.expires_on, _key(license_, now.date())
    if expires_on is None or key is None or license_.removed_at or not user.license_mails or user.closed_at:
        return
    if jobs.known([key]):
        return
    address = site().base_url
    jobs.put(
        "mail",
        key=key,
        now=now,
        to=user.email,
        template="license-expires",
        name=user.legal_name,
        license=queries.name_of(license_),
        expires_on=long_date(expires_on),
        left=(expires_on - now.date()).days,
        link=f"{address}/transcript",
        profile=f"{address}/profile",
        stop=LICENSE_MAILS.link(user.code),
    )


def _key(license_: License, today: date) -> str | None:
    """Names the reminder that is due; a license that is renewed begins anew."""
    if license_.expires_on is None or (days := reminders.due(license_.expires_on, today)) is None:
        return None
    return f"license-expires:{license_.id}:{license_.expires_on}:{days}"

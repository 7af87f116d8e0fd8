"""External credits, which a learner enters and an administrator decides on, and reminders of expiring licenses."""

import functools
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from course.people.accounts import queries as accounts
from course.people.accounts.models import License, User
from course.platform import db, decisions, jobs, quotas
from course.platform.audit.log import Event, record
from course.platform.dates import long_date
from course.platform.db import unit_of_work
from course.platform.decisions import ProofState
from course.platform.file_types import media_type
from course.platform.mail.subscriptions import Subscription, remind_each
from course.platform.web import Refused
from course.reporting.transcripts import queries, reminders
from course.reporting.transcripts.models import ExternalCredit
from course.site import site

MAX_EXTERNAL_CREDITS = 300
MAX_REMOVED_CREDITS = 1000  # their rows stay, because the audit log refers to them
BATCH_SIZE = 500
LICENSE_MAILS = Subscription(salt="license-mail", path="/licenses/stop")


class TooManyCredits(Refused):
    message = f"A transcript can have {MAX_EXTERNAL_CREDITS} external credits. Remove one that you no longer need."


class TooManyRemovedCredits(Refused):
    message = f"You have removed {MAX_REMOVED_CREDITS} external credits, and no more can be added."


class CreditChanged(Refused):
    message = "This credit has changed since you opened the page. Reload the page and try again."


class NoDocument(Refused):
    message = "This credit has no document, so it can't be verified."


class TranscriptNotPrintable(Refused):
    status = 422

    def __init__(self, letters: Sequence[str]) -> None:
        super().__init__(
            f"The PDF's fonts don't have {' '.join(letters)}. Spell the credit with this text in another way, or "
            "download the table (CSV), which keeps every letter."
        )


@unit_of_work
def add(user: User, *, document: bytes | None, now: datetime, **fields: Any) -> ExternalCredit:
    """Add an external credit. `fields`: those of its form.

    Raise TooManyCredits, TooManyRemovedCredits, or a refusal of `quotas`.
    """
    db.locked(User, user.id)
    if queries.count_credits(user.id) >= MAX_EXTERNAL_CREDITS:
        raise TooManyCredits
    if queries.count_credits(user.id, removed=True) >= MAX_REMOVED_CREDITS:
        raise TooManyRemovedCredits
    credit = ExternalCredit(user_id=user.id, added_at=now, changed_at=now, state=ProofState.UNVERIFIED, **fields)
    _attach(credit, document)
    db.session.add(credit)
    db.session.flush()
    facts = {name: credit.facts()[name] for name in ("title", "provider", "minutes", "completed_on")}
    record(Event.OTHER_RECORD_ADDED, user, f"record:{credit.code}", person_id=user.id, now=now, **facts)
    return credit


@unit_of_work
def change(user: User, credit: ExternalCredit, *, document: bytes | None, now: datetime, **fields: Any) -> None:
    """Change an external credit, which undoes an earlier decision. `document` None keeps the document.

    Raise CreditChanged if it was removed, or a refusal of `quotas`.
    """
    db.locked(User, user.id)
    credit = db.locked(ExternalCredit, credit.id)
    if credit.removed_at is not None:
        raise CreditChanged
    before = credit.facts()
    for name, value in fields.items():
        setattr(credit, name, value)
    _attach(credit, document)
    if before == credit.facts() and document is None:
        return
    credit.changed_at, credit.state = now, ProofState.UNVERIFIED
    credit.decided_at = credit.decided_by = credit.note = None
    record(
        Event.OTHER_RECORD_CHANGED,
        user,
        f"record:{credit.code}",
        person_id=user.id,
        now=now,
        before=before,
        after=credit.facts(),
    )


def _attach(credit: ExternalCredit, document: bytes | None) -> None:
    if document is not None:
        quotas.require_room(credit.user_id, len(document))
        credit.document, credit.document_type = document, media_type(document)


@unit_of_work
def remove(user: User, credit: ExternalCredit, *, now: datetime) -> None:
    """Take the credit off the transcript and erase its document. The audit log keeps that it was there."""
    credit = db.locked(ExternalCredit, credit.id)
    if credit.removed_at is None:
        credit.removed_at, credit.document, credit.document_type = now, None, None
        record(Event.OTHER_RECORD_REMOVED, user, f"record:{credit.code}", person_id=user.id, now=now)


@unit_of_work
def decide(
    admin: User, credit: ExternalCredit, state: ProofState, note: str | None, *, seen: str, now: datetime
) -> None:
    """Verify or reject the credit and email the learner. `seen`: the version that the administrator saw.

    Raise CreditChanged, OwnRecord or NoDocument.
    """
    credit = db.locked(ExternalCredit, credit.id)
    if credit.removed_at is not None or version(credit) != seen:
        raise CreditChanged
    decisions.require_another(admin, credit.user_id)
    if state is ProofState.VERIFIED and credit.document_type is None:
        raise NoDocument
    before = credit.state
    decisions.decide(credit, state, now)
    credit.decided_by, credit.note = admin.legal_name, note
    record(
        Event.OTHER_RECORD_CHECKED,
        admin,
        f"record:{credit.code}",
        person_id=credit.user_id,
        now=now,
        before=before,
        after=state,
        note=note,
    )
    _notify(credit, now)


def _notify(credit: ExternalCredit, now: datetime) -> None:
    person = accounts.person(credit.user_id)
    jobs.put(
        "mail",
        key=f"record-checked:{credit.code}:{now.isoformat()}",
        now=now,
        to=person.email,
        template="record-checked",
        name=person.name_in_mails,
        title=credit.title,
        state=credit.credit_state.label,
        note=credit.note,
        link=f"{site().base_url}/transcript",
    )


def version(credit: ExternalCredit) -> str:
    """Return a text that differs after every change and every decision."""
    return f"{credit.changed_at.isoformat()} {credit.state} {credit.decided_at and credit.decided_at.isoformat()}"


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
    """Email everyone whose license expires soon, once for each reminder. Safe to repeat."""
    if now.hour < reminders.FIRST_MAIL_HOUR_UTC:
        return
    today = now.date()
    soon = queries.expiring(today, today + timedelta(days=max(reminders.DAYS_BEFORE)))
    license_of_key = {key: one.id for one in soon if (key := _reminder_key(one, today))}
    keys = list(license_of_key)
    sent = {key for n in range(0, len(keys), BATCH_SIZE) for key in jobs.known(keys[n : n + BATCH_SIZE])}
    remind_each((license_of_key[key] for key in keys if key not in sent), functools.partial(remind, now=now))


@unit_of_work
def remind(license_id: int, *, now: datetime) -> None:
    """Put the reminder into the outbox, unless it is there, is not due, or the person does not want it."""
    user = db.locked(User, accounts.license_of(license_id).user_id)
    license_ = db.locked(License, license_id)
    expires_on, key = license_.expires_on, _reminder_key(license_, now.date())
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
        name=user.name_in_mails,
        license=queries.license_name(license_),
        expires_on=long_date(expires_on),
        left=(expires_on - now.date()).days,
        link=f"{address}/transcript",
        profile=f"{address}/profile",
        stop=LICENSE_MAILS.link(user.code),
    )


def _reminder_key(license_: License, today: date) -> str | None:
    """Return the key of the reminder that is due. With a new expiration date, the reminders start over."""
    if license_.expires_on is None or (days := reminders.due(license_.expires_on, today)) is None:
        return None
    return f"license-expires:{license_.id}:{license_.expires_on}:{days}"

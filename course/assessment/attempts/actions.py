import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, delete, insert

from course.assessment.attempts import attempt_rules, queries, scoring, state_items, tally, wording
from course.assessment.attempts.models import (
    Accommodation,
    Answer,
    Attempt,
    AttemptItem,
    ItemReport,
    ItemTally,
    ItemVersion,
    OptionTally,
    TotalTally,
)
from course.content import form_assembly
from course.content.items.base import Answer as Given
from course.content.items.base import Item, NotAnAnswer
from course.content.queries import catalog
from course.content.schema.assessment import Assessment
from course.content.schema.catalog import Catalog
from course.learning.study import queries as study
from course.people.accounts import queries as accounts
from course.people.accounts.models import User
from course.platform import clock, db, jobs
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.web import NotFound, Refused
from course.states.entries import queries as states

_ANSWERS = insert(cast(Table, Answer.__table__))  # into the table, since thousands of saves need no entities
Read = Callable[[Item, Sequence[str]], Given]  # what was sent -> an answer to the item, shown in that order


class NoAttemptLeft(Refused):
    message = "You have used every attempt. Write to the provider, whose address is on the front page."


class PassedAlready(Refused):
    message = "You have passed this already; the score stands."


class AttemptNotYet(Refused):
    def __init__(self, opens_at: datetime) -> None:
        super().__init__(f"The next attempt opens on {opens_at:%B} {opens_at.day} at {opens_at:%H:%M} UTC.")


class ReadFirst(Refused):
    message = "Read again what was missed first: the sections are listed on the page of the quiz."


class PassFirst(Refused):
    message = "Other quizzes come first: they are listed on the page of the assessment."


class FormShort(Refused):
    status = 500

    def __init__(self, missing: Sequence[object]) -> None:
        told = "; ".join(str(cell) for cell in missing)
        super().__init__(
            f"This assessment can't be drawn as its blueprint says, which lacks {told}. Tell the provider."
        )


class AttemptClosed(Refused):
    message = "This attempt was submitted. Its saved answers are the ones that were scored."


class TimeIsUp(Refused):
    message = "The time is up. What was saved in time is submitted; this answer came too late."


class AnsweredElsewhere(Refused):
    """Another tab or device has saved a newer answer; `answer` is what stands."""

    message = (
        "This question was answered in another tab or on another device since. What is shown now is what is saved."
    )

    def __init__(self, answer: Given, serial: int) -> None:
        super().__init__()
        self.answer, self.serial = answer, serial


class NotAnOption(Refused):
    """What was sent is no answer to the item; `draft` is what can be shown of it again."""

    status = 422
    message = "Choose one of the answers shown."

    def __init__(self, message: str | None = None, draft: Given = None) -> None:
        super().__init__(message)
        self.draft = draft


class WriteSomething(Refused):
    status = 422
    message = "Say in a few words what is wrong with the question."


@unit_of_work
def start(user: User, assessment: Assessment, *, now: datetime) -> Attempt:
    """The open attempt if there is one, else a new one, stored with its paper and its deadline before it is shown."""
    db.locked(User, user.id)
    past = queries.attempts_at(user.id, assessment.id)
    if past and past[-1].submitted_at is None:
        return past[-1]
    _require(entry_for(user, assessment, past, now))
    content, granted = catalog(), queries.granted_to(user.id)
    attempt = Attempt(
        user_id=user.id,
        assessment_id=assessment.id,
        number=len(past) + 1,
        seed=secrets.token_hex(16),
        content_hash=content.assessment_digest(assessment),
        pass_mark=assessment.pass_mark,
        minutes=assessment.minutes,
        grace_seconds=assessment.grace_seconds,
        started_at=now,
        deadline=attempt_rules.deadline(now, assessment.minutes, granted),
    )
    db.session.add(attempt)
    db.session.flush()
    _store_form(attempt, content, assessment, _own_items(user, content, assessment, attempt.seed))
    _submit_when_due(attempt, now)
    record(
        Event.ATTEMPT_STARTED,
        user,
        f"attempt:{attempt.code}",
        person_id=user.id,
        now=now,
        assessment=assessment.id,
        number=attempt.number,
        content_hash=attempt.content_hash,
    )
    return attempt


def entry_for(user: User, assessment: Assessment, past: Sequence[Attempt], now: datetime) -> attempt_rules.Entry:
    """Whether another attempt may start after the submitted ones among `past`, and what is to be done before.

    In a course that is done anew, what was done before that counts for nothing here.
    """
    since = study.renewed_at(user.id, assessment.id)
    done = [a for a in past if a.submitted_at and (since is None or a.submitted_at > since)]
    failed = done[-1] if done and assessment.reread and not any(a.passed for a in done) else None
    return attempt_rules.entry(
        assessment,
        [attempt_rules.Past(a.submitted_at or a.started_at, bool(a.passed)) for a in done],
        now=now,
        granted=queries.granted_to(user.id),
        to_read=_to_read(user, failed) if failed else (),
        passed=_passed(user, since) if assessment.after else (),
    )


def _passed(user: User, since: datetime | None) -> set[str]:
    passes = queries.passes_of([user.id])[user.id]
    return {id_ for id_, won in passes.items() if since is None or won[-1].at > since}


def _to_read(user: User, failed: Attempt) -> list[tuple[str, str]]:
    """The sections that teach what was missed and were not read again since."""
    missed = [p for p in queries.paper_of(failed) if p.points is not None and p.points < 1]
    taught = catalog().taught_in([(place.item, place.wording.module) for place in missed])
    read = study.read_since(user.id, failed.submitted_at or failed.started_at)
    return [section for section in taught if section not in read]


def _require(allowed: attempt_rules.Entry) -> None:
    if allowed.passed:
        raise PassedAlready
    if allowed.first:
        raise PassFirst
    if allowed.opens_at:
        raise AttemptNotYet(allowed.opens_at)
    if allowed.to_read:
        raise ReadFirst
    if not allowed.allowed:
        raise NoAttemptLeft


def _own_items(user: User, content: Catalog, assessment: Assessment, seed: str) -> list[Item]:
    """Items about the jurisdictions in which the person is licensed, from the entries as they stand now."""
    patterns = [pattern for bank in assessment.banks for pattern in content.banks[bank].state_items]
    if not patterns:
        return []
    entries = states.entries()
    return state_items.items_for(
        dict.fromkeys(license_.jurisdiction for license_ in user.licenses),
        patterns,
        {code: entry.state for code, entry in entries.items()},
        {code: entry.checked_on for code, entry in entries.items()},
        seed,
    )


def _store_form(attempt: Attempt, content: Catalog, assessment: Assessment, own: Sequence[Item]) -> None:
    supply = form_assembly.candidates(content, assessment, own)
    seen = queries.seen_items(attempt.user_id, assessment.id)
    form = form_assembly.assemble(content.blueprint_of(assessment), supply, attempt.seed, seen)
    if form.missing:
        raise FormShort(form.missing)
    _keep_wordings(
        [
            {
                "digest": one.item.digest,
                "item_id": one.item.id,
                "content": wording.stored(wording.worded(one.item, content.modules[one.module])),
            }
            for one in form.items
        ]
    )
    db.session.add_all(
        AttemptItem(
            attempt_id=attempt.id,
            position=position,
            item_id=one.item.id,
            type=one.item.type,
            item_digest=one.item.digest,
            option_order=list(one.order),
        )
        for position, one in enumerate(form.items, start=1)
    )


def _keep_wordings(rows: list[dict[str, Any]]) -> None:
    """Stores each wording unless it is there; two who start at once don't meet."""
    db.session.execute(db.insert(ItemVersion).on_conflict_do_nothing(), sorted(rows, key=lambda row: row["digest"]))


@dataclass(frozen=True)
class Save:
    """A request to save one answer. `serial` is the page's count of this item's answers, `spent` seconds on it.

    `given_at` is when it was given, as the browser says; offline that is earlier than now.
    """

    user_id: int
    code: UUID
    position: int
    read: Read
    serial: int
    given_at: datetime | None = None
    spent: int = 0


@unit_of_work
def save_all(saves: Sequence[Save], *, now: datetime) -> list[int | Refused]:
    """Stores answers of any number of people in one transaction; once this returns they are on disk.

    For each the serial that stands, or why it was refused. A repeat is harmless; a page that is behind is told.
    """
    found = queries.targets({(save.user_id, save.code, save.position) for save in saves})
    known = queries.wordings_of({target.digest for target in found.values()})
    outcomes: list[int | Refused] = []
    rows = []
    for save in saves:
        place = (save.user_id, save.code, save.position)
        try:
            if place not in found:
                raise NotFound
            target = found[place]
            answer = _read(save, known[target.digest].item, target.order)
            outcome = _settle(save, target, answer, now)
        except Refused as refusal:
            outcomes.append(refusal)
            continue
        if outcome != target.serial:
            rows.append(_row(save, target, answer, now))
            found[place] = queries.Target(**{**vars(target), "serial": outcome, "answer": answer})
        outcomes.append(outcome)
    if rows:
        db.session.execute(_ANSWERS, rows)
    return outcomes


def _read(save: Save, item: Item, order: Sequence[str]) -> Given:
    try:
        return save.read(item, order)
    except NotAnAnswer as fault:
        raise NotAnOption(str(fault), fault.draft) from None


def _settle(save: Save, target: queries.Target, answer: Given, now: datetime) -> int:
    """The serial that stands after the save; that of the target where nothing is to be written."""
    if target.submitted_at is not None:
        raise AttemptClosed
    if attempt_rules.is_over(target.deadline, target.grace_seconds, now):
        raise TimeIsUp
    if answer == target.answer or (not answer and not target.answer):
        return target.serial
    if save.serial <= target.serial:
        raise AnsweredElsewhere(target.answer, target.serial)
    return save.serial


def _row(save: Save, target: queries.Target, answer: Given, now: datetime) -> dict[str, Any]:
    return {
        "attempt_id": target.attempt_id,
        "position": target.position,
        "serial": save.serial,
        "choice": answer,
        "given_at": min(save.given_at, now) if save.given_at else None,
        "saved_at": now,
        "spent": min(max(save.spent, 0), tally.LONGEST),
    }


@unit_of_work
def flag(attempt: Attempt, position: int, *, on: bool) -> None:
    """Marks an item to come back to, or takes the mark away."""
    if db.locked(Attempt, attempt.id).submitted_at is not None:
        raise AttemptClosed
    row = db.session.query(AttemptItem).filter_by(attempt_id=attempt.id, position=position).one_or_none()
    if row is None:
        raise NotFound
    row.flagged = on


@unit_of_work
def submit(user: User, attempt: Attempt, *, now: datetime) -> Attempt:
    """Scores the saved answers and closes the attempt; a second submit returns the first one's score."""
    return _close(attempt, user, now)


@unit_of_work
def expire(attempt: Attempt, *, now: datetime) -> Attempt:
    """Submits an attempt whose time and grace are over, as of its deadline; one that has time left stays open."""
    attempt = db.locked(Attempt, attempt.id)
    if attempt_rules.is_over(attempt.deadline, attempt.grace_seconds, now):
        return _close(attempt, None, now)
    return attempt


def _close(attempt: Attempt, actor: User | None, now: datetime) -> Attempt:
    attempt = db.locked(Attempt, attempt.id)
    if attempt.submitted_at is not None:
        return attempt
    rows = queries.sheet_of(attempt)
    saved, paper = queries.answers_of(attempt.id), queries.places(rows)
    answers = {position: one.answer for position, one in saved.items()}
    earned = scoring.points(paper, answers)
    for row in rows:
        row.points = earned[row.position]
        row.seconds = saved[row.position].seconds if row.position in saved else None
    result = scoring.score(paper, earned)
    attempt.points, attempt.scored = result.points, result.scored
    attempt.passed = result.passes(attempt.pass_mark)
    attempt.submitted_at = min(now, attempt.deadline) if attempt.deadline else now
    count(attempt, queries.places(rows), answers)
    record(
        Event.ATTEMPT_SUBMITTED if actor else Event.ATTEMPT_EXPIRED,
        actor,
        f"attempt:{attempt.code}",
        person_id=attempt.user_id,
        now=now,
        assessment=attempt.assessment_id,
        number=attempt.number,
        points=str(result.points),
        scored=result.scored,
        passed=attempt.passed,
    )
    return attempt


def count(attempt: Attempt, paper: Sequence[scoring.Place], answers: Mapping[int, Given]) -> None:
    """Adds a submitted attempt to the counts that item statistics are made of; a part of the open transaction."""
    _count([queries.sat(attempt, paper, answers)])


@unit_of_work
def recount(assessment_id: str) -> None:
    """Makes the counts of an assessment anew from its submitted attempts, as they are scored now."""
    db.closed_to_writers(TotalTally)  # which every submit writes to first
    for model in (TotalTally, ItemTally, OptionTally):
        db.session.execute(delete(model).filter_by(assessment_id=assessment_id))
    for batch in queries.submitted_in_batches(assessment_id):
        _count(batch)


def _count(sats: Sequence[tally.Sat]) -> None:
    _add(TotalTally, map(tally.totals, sats), ["count"])
    _add(ItemTally, chain.from_iterable(map(tally.items, sats)), ["count", "timed", "seconds", "seconds_squared"])
    _add(OptionTally, chain.from_iterable(map(tally.options, sats)), ["count"])


def _add(model: type[db.Model], rows: Iterable[dict[str, Any]], sums: Sequence[str]) -> None:
    """Adds to the rows that are there, or makes them; in one order always, so that no two wait for each other."""
    keys = [column.name for column in model.__table__.primary_key]
    merged = tally.merged(rows, keys, sums)
    if merged:
        statement = db.insert(model)
        more = {name: getattr(model, name) + statement.excluded[name] for name in sums}
        db.session.execute(statement.on_conflict_do_update(index_elements=keys, set_=more), merged)


def _submit_when_due(attempt: Attempt, now: datetime) -> None:
    """Puts the job that submits what was saved when the time and the grace are over."""
    if attempt.deadline:
        due = attempt_rules.closes_at(attempt.deadline, attempt.grace_seconds)
        key = f"attempt-due:{attempt.code}:{due.isoformat()}"
        jobs.put("attempt-due", key=key, now=now, due=due, code=str(attempt.code))


def expire_due(_job_id: int, payload: dict[str, Any]) -> None:
    """The job: an attempt that got more time since has another job of its own."""
    if attempt := queries.find_attempt(UUID(payload["code"])):
        expire(attempt, now=clock.now())


@unit_of_work
def accommodate(
    actor: User, person: User, granted: attempt_rules.Granted, note: str, *, now: datetime
) -> Accommodation:
    """Sets what a person is granted everywhere, running attempts included, which never lose time by it."""
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


def _extend(attempt: Attempt, granted: attempt_rules.Granted, now: datetime) -> None:
    attempt = db.locked(Attempt, attempt.id)
    if attempt.submitted_at or attempt.deadline is None:
        return
    if attempt_rules.is_over(attempt.deadline, attempt.grace_seconds, now):
        return
    later = attempt_rules.deadline(attempt.started_at, attempt.minutes, granted)
    if later is None or later > attempt.deadline:
        attempt.deadline = later
        _submit_when_due(attempt, now)


def _as_audited(row: Accommodation | None) -> dict[str, Any] | None:
    names = ("extra_percent", "untimed", "extra_attempts", "note")
    return None if row is None else {name: getattr(row, name) for name in names}


@unit_of_work
def report_item(user: User, attempt: Attempt, position: int, text: str, *, now: datetime) -> ItemReport:
    """Keeps what a learner says is wrong with a question; it lands beside the item's statistics."""
    if not text.strip():
        raise WriteSomething
    place = queries.place_at(attempt, position)
    row = ItemReport(user_id=user.id, item_id=place.item.id, item_digest=place.digest, text=text.strip()[:2000], at=now)
    db.session.add(row)
    record(
        Event.ITEM_REPORTED,
        user,
        f"item:{place.item.id}",
        person_id=user.id,
        now=now,
        item=place.item.id,
        digest=place.digest,
    )
    return row


@unit_of_work
def close_report(actor: User, code: UUID, reply: str, *, now: datetime) -> ItemReport:
    """Answers a report and takes it off the list."""
    row = db.session.query(ItemReport).filter_by(code=code).with_for_update().one_or_none()
    if row is None:
        raise NotFound
    if row.closed_at is None:
        row.reply, row.closed_at, row.closed_by = reply, now, actor.legal_name
        record(
            Event.REPORT_CLOSED,
            actor,
            f"item:{row.item_id}",
            person_id=row.user_id,
            now=now,
            item=row.item_id,
            reply=reply,
        )
        _mail_answer(row, now)
    return row


def _mail_answer(row: ItemReport, now: datetime) -> None:
    if person := accounts.people_of([row.user_id]).get(row.user_id):
        stem = queries.wordings_of([row.item_digest])[row.item_digest].item.stem.replace("**", "")
        jobs.put(
            "mail",
            key=f"report-answered:{row.code}",
            now=now,
            to=person.email,
            template="report-answered",
            name=person.legal_name,
            stem=stem,
            report=row.text,
            reply=row.reply,
        )

"""Taking an assessment: start an attempt, flag a question, and submit, by hand or when the time is up."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from course.assessment.attempts import attempt_rules, queries, scoring, state_items, tallying, wording
from course.assessment.attempts.models import Attempt, AttemptItem, ItemVersion
from course.content import form_assembly
from course.content.items.base import Item
from course.content.queries import catalog
from course.content.schema.assessment import Assessment
from course.content.schema.catalog import Catalog
from course.learning.study import queries as study
from course.people.accounts.models import User
from course.platform import clock, db, jobs
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.queries import found_or_404
from course.platform.web import Refused
from course.states.entries import queries as states


class NoAttemptLeft(Refused):
    message = "You have used every attempt. Write to the provider; the address is at the bottom of the page."


class PassedAlready(Refused):
    message = "You have already passed this assessment. Your score stays as it is."


class AttemptNotYet(Refused):
    def __init__(self, opens_at: datetime) -> None:
        super().__init__(f"Your next attempt opens on {opens_at:%B} {opens_at.day} at {opens_at:%H:%M} UTC.")


class ReviewFirst(Refused):
    message = "Review the sections that you missed first. They are listed on the page of the quiz."


class PassFirst(Refused):
    message = "Pass the other quizzes first. They are listed on the page of the assessment."


class FormIncomplete(Refused):
    """The banks have too few items for the blueprint; `missing` are the lines that can't be filled."""

    status = 500

    def __init__(self, missing: Sequence[object]) -> None:
        cells = "; ".join(str(cell) for cell in missing)
        super().__init__(f"This assessment can't start because it lacks questions ({cells}). Write to the provider.")


class AttemptClosed(Refused):
    message = "This attempt was already submitted. The answers saved before then were scored."


@unit_of_work
def start(user: User, assessment: Assessment, *, now: datetime) -> Attempt:
    """Return the open attempt, or store a new one with its form and its deadline before any question is shown."""
    db.locked(User, user.id)
    past = queries.attempts_at(user.id, assessment.id)
    if past and past[-1].submitted_at is None:
        return past[-1]
    _require(eligibility_of(user, assessment, past, now))
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
    _store_form(attempt, content, assessment, _state_items(user, content, assessment, attempt))
    submit_when_due(attempt, now)
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


def eligibility_of(
    user: User, assessment: Assessment, past: Sequence[Attempt], now: datetime
) -> attempt_rules.Eligibility:
    """Return whether the person may start another attempt, and what they must do first.

    If the person takes the course again, attempts from before the renewal don't count.
    """
    since = study.renewed_at(user.id, assessment.id)
    submitted = [one for one in past if one.submitted_at and (since is None or one.submitted_at > since)]
    failed = submitted[-1] if submitted and assessment.reread and not any(one.passed for one in submitted) else None
    return attempt_rules.eligibility(
        assessment,
        [attempt_rules.PastAttempt(one.submitted_at or one.started_at, bool(one.passed)) for one in submitted],
        now=now,
        granted=queries.granted_to(user.id),
        to_read=_sections_to_review(user, failed) if failed else (),
        passed=_passed(user, since) if assessment.after else (),
    )


def _passed(user: User, since: datetime | None) -> set[str]:
    passes = queries.passes_of([user.id])[user.id]
    return {id_ for id_, won in passes.items() if since is None or won[-1].at > since}


def _sections_to_review(user: User, failed: Attempt) -> list[tuple[str, str]]:
    """Return the sections, as (module, section), that teach what was missed and haven't been read since."""
    missed = [one for one in queries.items_of(failed) if one.points is not None and one.points < 1]
    taught = catalog().taught_in([(one.item, one.wording.module) for one in missed])
    read = study.read_since(user.id, failed.submitted_at or failed.started_at)
    return [section for section in taught if section not in read]


def _require(eligibility: attempt_rules.Eligibility) -> None:
    if eligibility.passed:
        raise PassedAlready
    if eligibility.first:
        raise PassFirst
    if eligibility.opens_at:
        raise AttemptNotYet(eligibility.opens_at)
    if eligibility.to_read:
        raise ReviewFirst
    if not eligibility.allowed:
        raise NoAttemptLeft


def _state_items(user: User, content: Catalog, assessment: Assessment, attempt: Attempt) -> list[Item]:
    """Return items about the jurisdictions in which the person is licensed, from today's state entries."""
    patterns = [pattern for bank in assessment.banks for pattern in content.banks[bank].state_items]
    if not patterns:
        return []
    return state_items.items_for(
        dict.fromkeys(license_.jurisdiction for license_ in user.licenses),
        patterns,
        {code: entry.state for code, entry in states.entries().items()},
        attempt.started_at.date(),
        attempt.seed,
    )


def _store_form(attempt: Attempt, content: Catalog, assessment: Assessment, own: Sequence[Item]) -> None:
    """Assemble the attempt's form and store its items. Raise FormIncomplete."""
    supply = form_assembly.candidates(content, assessment, own)
    seen = queries.seen_items(attempt.user_id, assessment.id)
    form = form_assembly.assemble(content.blueprint_of(assessment), supply, attempt.seed, seen)
    if form.missing:
        raise FormIncomplete(form.missing)
    _store_wordings(
        [
            {
                "digest": selected.item.digest,
                "item_id": selected.item.id,
                "content": wording.stored(wording.worded(selected.item, content.modules[selected.module])),
            }
            for selected in form.items
        ]
    )
    db.session.add_all(
        AttemptItem(
            attempt_id=attempt.id,
            position=position,
            item_id=selected.item.id,
            type=selected.item.type,
            item_digest=selected.item.digest,
            option_order=list(selected.order),
        )
        for position, selected in enumerate(form.items, start=1)
    )


def _store_wordings(rows: list[dict[str, Any]]) -> None:
    """Store each wording unless it is there. The rows are sorted, so that two starts can't deadlock."""
    db.session.execute(db.insert(ItemVersion).on_conflict_do_nothing(), sorted(rows, key=lambda row: row["digest"]))


@unit_of_work
def flag(attempt: Attempt, position: int, *, on: bool) -> None:
    """Flag an item for review, or remove the flag. Raise AttemptClosed and NotFound."""
    if db.locked(Attempt, attempt.id).submitted_at is not None:
        raise AttemptClosed
    rows = db.session.query(AttemptItem).filter_by(attempt_id=attempt.id, position=position)
    found_or_404(rows.one_or_none()).flagged = on


@unit_of_work
def submit(user: User, attempt: Attempt, *, now: datetime) -> Attempt:
    """Score the saved answers and close the attempt. A second submit returns the first one's score."""
    return _close(attempt, user, now)


@unit_of_work
def expire(attempt: Attempt, *, now: datetime) -> Attempt:
    """Submit an attempt whose time and grace are over, as of its deadline. Leave any other attempt open."""
    attempt = db.locked(Attempt, attempt.id)
    if attempt_rules.is_over(attempt.deadline, attempt.grace_seconds, now):
        return _close(attempt, None, now)
    return attempt


def submit_when_due(attempt: Attempt, now: datetime) -> None:
    """Put the job that submits the attempt at the end of its time and grace. Part of the open transaction."""
    if attempt.deadline:
        due = attempt_rules.closes_at(attempt.deadline, attempt.grace_seconds)
        key = f"attempt-due:{attempt.code}:{due.isoformat()}"
        jobs.put("attempt-due", key=key, now=now, due=due, code=str(attempt.code))


def expire_due(_job_id: int, payload: dict[str, Any]) -> None:
    """Run the job. It leaves an attempt open that has been given more time: that has another job."""
    if attempt := queries.find_attempt(UUID(payload["code"])):
        expire(attempt, now=clock.now())


def _close(attempt: Attempt, actor: User | None, now: datetime) -> Attempt:
    attempt = db.locked(Attempt, attempt.id)
    if attempt.submitted_at is not None:
        return attempt
    rows = queries.item_rows_of(attempt)
    saved, items = queries.answers_of(attempt.id), queries.placed(rows)
    answers = {position: one.answer for position, one in saved.items()}
    earned = scoring.points(items, answers)
    for row in rows:
        row.points = earned[row.position]
        row.seconds = saved[row.position].seconds if row.position in saved else None
    score = scoring.score(items, earned)
    attempt.points, attempt.scored = score.points, score.scored
    attempt.passed = score.passes(attempt.pass_mark)
    attempt.submitted_at = min(now, attempt.deadline) if attempt.deadline else now
    tallying.count(attempt, queries.placed(rows), answers)
    record(
        Event.ATTEMPT_SUBMITTED if actor else Event.ATTEMPT_EXPIRED,
        actor,
        f"attempt:{attempt.code}",
        person_id=attempt.user_id,
        now=now,
        assessment=attempt.assessment_id,
        number=attempt.number,
        points=str(score.points),
        scored=score.scored,
        passed=attempt.passed,
    )
    return attempt

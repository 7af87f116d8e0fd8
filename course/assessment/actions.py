import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite

from course import db
from course.accounts.models import User
from course.assessment import draw, queries, scoring, state_items
from course.assessment.models import Answer, Attempt, AttemptItem, ItemVersion
from course.audit.log import Event, record
from course.catalog.content import Assessment, Bank, Item, Module
from course.db import unit_of_work
from course.states import queries as states
from course.web import Refused


class NoAttemptLeft(Refused):
    message = "You have used every attempt at this quiz. Write to the provider, whose address is on the front page."


class PassedAlready(Refused):
    message = "You have passed this quiz already; the score stands."


class AttemptNotYet(Refused):
    def __init__(self, opens_at: datetime) -> None:
        super().__init__(f"The next attempt opens on {opens_at:%B} {opens_at.day} at {opens_at:%H:%M} UTC.")


class AttemptClosed(Refused):
    message = "This attempt was submitted. Its saved answers are the ones that were scored."


class AnsweredElsewhere(Refused):
    """Another tab or device has saved a newer answer; `saved` is what stands."""

    message = (
        "This question was answered in another tab or on another device since. What is shown now is what is saved."
    )

    def __init__(self, choice: list[Any], serial: int) -> None:
        super().__init__()
        self.choice, self.serial = choice, serial


class NotAnOption(Refused):
    status = 422
    message = "Choose one of the answers shown."


@unit_of_work
def start(user: User, assessment: Assessment, bank: Bank, module: Module, *, now: datetime) -> Attempt:
    """The open attempt if there is one, else a new one with its paper drawn and stored."""
    db.locked(User, user.id)
    past = queries.attempts_at(user.id, assessment.id)
    if past and past[-1].submitted_at is None:
        return past[-1]
    _require_entry(past, assessment, now)
    attempt = Attempt(
        user_id=user.id,
        assessment_id=assessment.id,
        number=len(past) + 1,
        seed=secrets.token_hex(16),
        content_hash=bank.digest,
        pass_mark=assessment.pass_mark,
        started_at=now,
    )
    db.session.add(attempt)
    db.session.flush()
    _store_paper(attempt, bank, module, _own_items(user, bank, attempt.seed))
    record(
        Event.ATTEMPT_STARTED, user, f"attempt:{attempt.code}", person_id=user.id, now=now,
        assessment=assessment.id, number=attempt.number, content_hash=bank.digest,
    )  # fmt: skip
    return attempt


def _require_entry(past: Any, assessment: Assessment, now: datetime) -> None:
    entry = entry_for(past, assessment, now)
    if entry.passed:
        raise PassedAlready
    if entry.opens_at:
        raise AttemptNotYet(entry.opens_at)
    if not entry.allowed:
        raise NoAttemptLeft


def entry_for(past: Any, assessment: Assessment, now: datetime) -> scoring.Entry:
    """Whether another attempt may start after the submitted ones among `past`."""
    done = [scoring.Past(a.submitted_at, bool(a.passed)) for a in past if a.submitted_at]
    return scoring.entry(done, attempts=assessment.attempts, wait_hours=assessment.wait_hours, now=now)


def _own_items(user: User, bank: Bank, seed: str) -> list[Item]:
    """Items about the jurisdictions in which the person is licensed, from the entries as they stand now."""
    if not bank.state_items:
        return []
    entries = states.entries()
    return state_items.items_for(
        dict.fromkeys(license_.jurisdiction for license_ in user.licenses),
        bank.state_items,
        {code: entry.state for code, entry in entries.items()},
        {code: entry.checked_on for code, entry in entries.items()},
        seed,
    )


def _store_paper(attempt: Attempt, bank: Bank, module: Module, own: Sequence[Item]) -> None:
    paper = draw.paper(bank, attempt.seed, own)
    _keep_wordings([_wording(drawn.item, module) for drawn in paper])
    db.session.add_all(
        AttemptItem(
            attempt_id=attempt.id,
            position=position,
            item_id=drawn.item.id,
            type=drawn.item.type,
            item_digest=drawn.item.digest,
            option_order=list(drawn.option_order),
        )
        for position, drawn in enumerate(paper, start=1)
    )


def _wording(item: Item, module: Module) -> dict[str, Any]:
    """The item as it will be shown for ever, its references and its objective spelt out."""
    content = item.model_dump(mode="json")
    cited = [*(ref for _, ref in module.numbered(item.references)), *item.sources]
    content["references"] = [ref.model_dump(mode="json") | {"link": ref.link} for ref in cited]
    content["objective_text"] = next(o.text for o in module.objectives if o.id == item.objective)
    return {"digest": item.digest, "item_id": item.id, "content": content}


def _keep_wordings(rows: list[dict[str, Any]]) -> None:
    """Stores each wording unless it is there; two who start at once don't meet."""
    insert = sqlite.insert if db.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    db.session.execute(insert(ItemVersion).on_conflict_do_nothing(), sorted(rows, key=lambda row: row["digest"]))


@unit_of_work
def save_answer(user: User, code: UUID, position: int, choice: set[str], *, serial: int, now: datetime) -> int:
    """Stores a choice and returns its serial; once this returns it is on disk. A repeat is harmless.

    `serial` is the page's count of this item's answers; a page that is behind raises AnsweredElsewhere.
    """
    attempt, item, last = queries.place_to_answer(user, code, position)
    if not choice <= set(item.option_order) or (item.type == "single" and len(choice) > 1):
        raise NotAnOption
    if attempt.submitted_at is not None:
        raise AttemptClosed
    if sorted(choice) == (last.choice if last else []):
        return last.serial if last else 0
    if last and serial <= last.serial:
        raise AnsweredElsewhere(last.choice, last.serial)
    db.session.add(Answer(attempt_id=attempt.id, position=position, serial=serial, choice=sorted(choice), saved_at=now))
    return serial


@unit_of_work
def submit(user: User, attempt: Attempt, *, now: datetime) -> Attempt:
    """Scores the saved answers and closes the attempt; a second submit returns the first one's score."""
    if db.locked(Attempt, attempt.id).submitted_at is not None:
        return attempt
    answers = {position: saved.choice for position, saved in queries.answers_of(attempt.id).items()}
    result = scoring.score(queries.keyed(attempt), answers)
    attempt.correct, attempt.scored = int(result.points), result.scored
    attempt.passed = result.passes(attempt.pass_mark)
    attempt.submitted_at = now
    record(
        Event.ATTEMPT_SUBMITTED, user, f"attempt:{attempt.code}", person_id=user.id, now=now,
        assessment=attempt.assessment_id, number=attempt.number,
        correct=attempt.correct, scored=attempt.scored, passed=attempt.passed,
    )  # fmt: skip
    return attempt

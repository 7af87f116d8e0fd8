"""An answer's way from the request to its row: the page's save, the group commit, and the transaction that stores it.

1. `save`, the view, makes a `Save` of the request and hands it to the site's group commit.
2. The group commit calls `write` once for all saves that wait; a flush to disk costs more than a row.
3. `save_all` stores them in one transaction. Only then does `save` reply.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Table, insert

from course.assessment.attempts import attempt_rules, queries, tally
from course.assessment.attempts.forms import PAGE_OUT_OF_DATE, NotAnOption, SaveForm, answer_in
from course.assessment.attempts.models import Answer
from course.assessment.attempts.saving_queries import AnswerKey, Target, targets
from course.assessment.attempts.taking import AttemptClosed
from course.content.items.base import Answer as ItemAnswer
from course.content.items.base import Fields, Item
from course.platform import clock, db
from course.platform.access import Permission, me, requires
from course.platform.db import unit_of_work
from course.platform.web import NotFound, Refused
from course.site import site

bp = Blueprint("attempts_saving", __name__)
FIELD = "a"  # the names of an answer's fields begin with it; on the page of all questions the position follows
_ANSWERS = insert(cast(Table, Answer.__table__))  # into the table, since thousands of saves need no entities


class TimeIsUp(Refused):
    message = "Your time is up. This answer arrived too late; the answers saved in time are submitted."


class AnsweredElsewhere(Refused):
    """Another tab or device has saved a newer answer. `answer` and `serial` are the newer one's."""

    message = "You answered this question in another tab or on another device. The saved answer is shown now."

    def __init__(self, answer: ItemAnswer, serial: int) -> None:
        super().__init__()
        self.answer, self.serial = answer, serial


@dataclass(frozen=True)
class Sent:
    """The fields of a form, to be read as an answer once the item is known. Their names begin with `name`."""

    fields: Fields
    name: str


@dataclass(frozen=True)
class Save:
    """A request to save one answer: what a form sent, or the answer itself.

    `serial` is the page's count of this item's answers, and `spent` the seconds on it since the last one. `given_at` is
    when the browser says it was given, which is earlier than now if the browser was offline.
    """

    user_id: int
    code: UUID
    position: int
    answer: Sent | ItemAnswer
    serial: int
    given_at: datetime | None = None
    spent: int = 0

    @property
    def key(self) -> AnswerKey:
        return AnswerKey(self.user_id, self.code, self.position)


@bp.post("/attempts/<uuid:code>/<int:position>")
@requires(Permission.ATTEMPT)
@db.hands_over
def save(code: UUID, position: int) -> ResponseReturnValue:
    """Save one answer for a script, as soon as it is given. Return its serial, or why it was refused, as JSON."""
    try:
        outcome = site().saves.do(_save_of(code, position, SaveForm()))
        if isinstance(outcome, Refused):
            raise outcome
    except Refused as refusal:
        return {"error": refusal.message, "kind": type(refusal).__name__}, refusal.status
    return {"serial": outcome}


def _save_of(code: UUID, position: int, form: SaveForm) -> Save:
    if not form.validate_on_submit():
        queries.own_attempt(me(), code)
        raise NotAnOption(PAGE_OUT_OF_DATE)
    return Save(
        me().id,
        code,
        position,
        Sent(request.form, FIELD),
        form.serial.data,
        form.given_at(),
        form.spent.data or 0,
    )


def write(saves: Sequence[Save]) -> list[int | Refused]:
    """Store the saves that wait in the group commit."""
    return save_all(saves, now=clock.now())


@unit_of_work
def save_all(saves: Sequence[Save], *, now: datetime) -> list[int | Refused]:
    """Store the answers of any number of people in one transaction. When this returns, they are on disk.

    Return for each save the serial that counts now, or why it was refused. A repeated save changes nothing, and a page
    that is out of date gets AnsweredElsewhere.
    """
    found = targets({save.key for save in saves})
    wordings = queries.wordings_of({target.digest for target in found.values()})
    outcomes: list[int | Refused] = []
    rows = []
    for save in saves:
        try:
            target = found.get(save.key)
            if target is None:
                raise NotFound
            answer = _answer_of(save, wordings[target.digest].item, target.order)
            serial = _settle(save, target, answer, now)
        except Refused as refusal:
            outcomes.append(refusal)
            continue
        if serial != target.serial:
            rows.append(_row(save, target, answer, now))
            found[save.key] = replace(target, serial=serial, answer=answer)
        outcomes.append(serial)
    if rows:
        db.session.execute(_ANSWERS, rows)
    return outcomes


def _answer_of(save: Save, item: Item, order: Sequence[str]) -> ItemAnswer:
    """Return the answer. Raise NotAnOption if the form's fields can't be an answer to the item."""
    if isinstance(save.answer, Sent):
        return answer_in(save.answer.fields, save.answer.name, item, order)
    return save.answer


def _settle(save: Save, target: Target, answer: ItemAnswer, now: datetime) -> int:
    """Return the serial that counts after the save: the target's own if there is nothing to store."""
    if target.submitted_at is not None:
        raise AttemptClosed
    if attempt_rules.is_over(target.deadline, target.grace_seconds, now):
        raise TimeIsUp
    if answer == target.answer or (not answer and not target.answer):
        return target.serial
    if save.serial <= target.serial:
        raise AnsweredElsewhere(target.answer, target.serial)
    return save.serial


def _row(save: Save, target: Target, answer: ItemAnswer, now: datetime) -> dict[str, Any]:
    return {
        "attempt_id": target.attempt_id,
        "position": target.position,
        "serial": save.serial,
        "choice": answer,
        "given_at": min(save.given_at, now) if save.given_at else None,
        "saved_at": now,
        "spent": min(max(save.spent, 0), tally.MAX_ITEM_SECONDS),
    }

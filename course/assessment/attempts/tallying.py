"""Counting submitted attempts for the item statistics."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import delete

from course.assessment.attempts import queries, tally
from course.assessment.attempts.models import Attempt, ItemTally, OptionTally, TotalTally
from course.assessment.attempts.scoring import PlacedItem
from course.content.items.base import Answer
from course.platform import db
from course.platform.db import unit_of_work


def count(attempt: Attempt, items: Sequence[PlacedItem], answers: Mapping[int, Answer]) -> None:
    """Add a submitted attempt to the counts. Part of the open transaction."""
    _count([queries.submitted(attempt, items, answers)])


@unit_of_work
def recount(assessment_id: str) -> None:
    """Replace the counts of an assessment by those of its submitted attempts, as they are scored now."""
    db.closed_to_writers(TotalTally)  # every submit writes to this table first
    for model in (TotalTally, ItemTally, OptionTally):
        db.session.execute(delete(model).filter_by(assessment_id=assessment_id))
    for batch in queries.submitted_in_batches(assessment_id):
        _count(batch)


def _count(attempts: Sequence[tally.SubmittedAttempt]) -> None:
    _add(TotalTally, map(tally.totals, attempts), ["count"])
    _add(ItemTally, chain.from_iterable(map(tally.items, attempts)), ["count", "timed", "seconds", "seconds_squared"])
    _add(OptionTally, chain.from_iterable(map(tally.options, attempts)), ["count"])


def _add(model: type[db.Model], rows: Iterable[dict[str, Any]], sums: Sequence[str]) -> None:
    """Add to the rows that exist and insert the others, always in the same order so that two submits can't deadlock."""
    keys = [column.name for column in model.__table__.primary_key]
    merged = tally.merged(rows, keys, sums)
    if merged:
        statement = db.insert(model)
        more = {name: getattr(model, name) + statement.excluded[name] for name in sums}
        db.session.execute(statement.on_conflict_do_update(index_elements=keys, set_=more), merged)

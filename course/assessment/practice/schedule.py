"""When an item comes back to a person, by the memory model FSRS of the fsrs library. Pure.

Intervals are whole days, because a session is once a day: the library's steps of minutes are not used. Its rating
"easy" is not used either, because an answer does not show how easy it felt.
"""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, cast

from fsrs import Card, Rating, Scheduler
from fsrs.card import CardDict

Memory = dict[str, Any]  # the library's card as JSON, with "failed": whether the latest answer was not fully correct
MAX_INTERVAL_DAYS = 365  # safety knowledge is asked at least once a year
SCHEDULER = Scheduler(learning_steps=(), relearning_steps=(), maximum_interval=MAX_INTERVAL_DAYS, enable_fuzzing=False)


def first(points: Fraction, at: datetime) -> tuple[Memory, datetime]:
    """Return the memory of an item after an attempt, and when it is due: immediately unless it was fully correct."""
    memory, due_at = after(None, points, at)
    return memory, at if memory["failed"] else due_at


def after(memory: Memory | None, points: Fraction, now: datetime) -> tuple[Memory, datetime]:
    """Return the memory after an answer that earned `points`, 0 to 1, and when the item is due: in a day or more."""
    moment = now.astimezone(UTC)
    card = Card.from_dict(cast(CardDict, memory)) if memory else Card(card_id=0, due=moment)
    card, _ = SCHEDULER.review_card(card, rating(points), moment)
    return {**card.to_dict(), "failed": points < 1}, card.due


def rating(points: Fraction) -> Rating:
    if points == 1:
        return Rating.Good
    return Rating.Hard if points else Rating.Again

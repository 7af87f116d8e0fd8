"""When an item comes back to a person: the memory model FSRS, by the fsrs library. Pure.

Intervals are whole days, since a session is once a day; the library's steps of minutes are left out. Of its four
ratings *easy* is not used: it is a feeling, which an answer does not show.
"""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, cast

from fsrs import Card, Rating, Scheduler
from fsrs.card import CardDict

Memory = dict[str, Any]  # the library's card as JSON, and whether the newest answer `failed`
LONGEST = 365  # days: what safety rests on is asked once a year at least
SCHEDULER = Scheduler(learning_steps=(), relearning_steps=(), maximum_interval=LONGEST, enable_fuzzing=False)


def first(points: Fraction, at: datetime) -> tuple[Memory, datetime]:
    """An item answered in an attempt: failed unless wholly right, and then due at once."""
    memory, due_at = after(None, points, at)
    return memory, at if memory["failed"] else due_at


def after(memory: Memory | None, points: Fraction, now: datetime) -> tuple[Memory, datetime]:
    """The memory once an answer earned `points`, from 0 to 1, and when the item is due again: a day later or more."""
    moment = now.astimezone(UTC)
    card = Card.from_dict(cast(CardDict, memory)) if memory else Card(card_id=0, due=moment)
    card, _ = SCHEDULER.review_card(card, rating(points), moment)
    return {**card.to_dict(), "failed": points < 1}, card.due


def rating(points: Fraction) -> Rating:
    if points == 1:
        return Rating.Good
    return Rating.Hard if points else Rating.Again

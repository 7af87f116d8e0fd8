"""How long somebody attended a lab, from the times at which they came and left."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from course.learning.labs.lab_times import minutes_between

MAX_MISSED = Fraction(1, 4)  # the share of attendance checks that a learner may miss without a flag


@dataclass(frozen=True)
class Interval:
    """A time of presence. Without `out_at` the person never checked out."""

    in_at: datetime
    out_at: datetime | None


def attended_minutes(starts_at: datetime, ends_at: datetime, intervals: Iterable[Interval]) -> int:
    """Return the whole minutes of the lab during which the person was there.

    Times before and after the lab count nothing, and a time that two intervals cover counts once. So does no interval
    without an end: nobody knows how long it was.
    """
    seconds, covered_until = 0.0, starts_at
    complete = [(one.in_at, one.out_at) for one in intervals if one.out_at is not None]
    for in_at, out_at in sorted(complete):
        first, last = max(in_at, covered_until), min(out_at, ends_at)
        if last > first:
            seconds += (last - first).total_seconds()
            covered_until = last
    return int(seconds) // 60


def minutes_by_topic(
    starts_at: datetime, ends_at: datetime, topics: Mapping[str, int], attended: int
) -> dict[str, int]:
    """Return each topic's share of the attended minutes, in whole minutes, rounded down."""
    length = minutes_between(starts_at, ends_at)
    shares = {topic: minutes * attended // length for topic, minutes in topics.items()}
    return {topic: minutes for topic, minutes in shares.items() if minutes}


def missed_too_many(answered: int, checks: int) -> bool:
    """Return whether the person missed more than MAX_MISSED of the attendance checks."""
    return checks > 0 and Fraction(checks - answered, checks) > MAX_MISSED

"""From what was read to contact time. Minutes are stored; hours are what a state makes of them."""

import statistics
from collections.abc import Collection, Sequence
from datetime import datetime
from fractions import Fraction

from course.content.schema.hours import Mode
from course.content.schema.module import Module

MIN_LEARNERS = 20  # learners below whom no median is shown
MAX_BEACON_S = 60  # seconds that one beacon can add; the page sends one every 20


def creditable(claimed: int, since: datetime | None, now: datetime) -> int:
    """Active seconds to add: what the page claims, never more than what passed since the person's last beacon."""
    if since is None:
        return 0
    passed = int((now - since).total_seconds())
    return max(0, min(claimed, passed, MAX_BEACON_S))


def is_studied(module: Module, read: Collection[str]) -> bool:
    return all(section.id in read for section in module.sections)


def minutes(module: Module, read: Collection[str]) -> dict[Mode, int]:
    """Contact minutes by mode that a module earns: all of them once every section is studied, none before."""
    return {Mode.SELF_PACED_ONLINE: module.minutes if is_studied(module, read) else 0}


def median_minutes(seconds: Sequence[int]) -> float | None:
    """The median active time in minutes; None while it would rest on too few learners."""
    return statistics.median(seconds) / 60 if len(seconds) >= MIN_LEARNERS else None


def hours(minutes: int, hour_minutes: int = 60) -> Fraction:
    """Hours as a state counts them, 60 or 50 minutes each, down to the quarter."""
    return Fraction(minutes * 4 // hour_minutes, 4)

"""Computes contact time. Minutes are stored; each state decides how many minutes make an hour."""

import statistics
from collections.abc import Collection, Sequence
from datetime import datetime
from fractions import Fraction

from course.content.schema.hours import Mode
from course.content.schema.module import Module

MIN_LEARNERS = 20  # the median of fewer says little about a module
MAX_BEACON_S = 60  # a page sends a beacon every 20 seconds; a delayed one may cover more


def creditable(claimed: int, since: datetime | None, now: datetime) -> int:
    """Return the active seconds to add: those claimed, but no more than passed since the person's last beacon."""
    if since is None:
        return 0
    passed = int((now - since).total_seconds())
    return max(0, min(claimed, passed, MAX_BEACON_S))


def is_studied(module: Module, read: Collection[str]) -> bool:
    """Return whether the ids of the read sections include every section of the module."""
    return all(section.id in read for section in module.sections)


def minutes(module: Module, read: Collection[str]) -> dict[Mode, int]:
    """Return the contact minutes by mode: all of the module's once every section is read, none before."""
    return {Mode.SELF_PACED_ONLINE: module.minutes if is_studied(module, read) else 0}


def median_minutes(seconds: Sequence[int]) -> float | None:
    """Return the median active time in minutes, or None if there are too few learners."""
    return statistics.median(seconds) / 60 if len(seconds) >= MIN_LEARNERS else None


def hours(minutes: int, hour_minutes: int = 60) -> Fraction:
    """Return the hours as a state counts them (60 or 50 minutes each), rounded down to the quarter hour."""
    return Fraction(minutes * 4 // hour_minutes, 4)

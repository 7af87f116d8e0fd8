"""How long a person read a section, by the server's own clock: from the first opening of its page to its completion.

One wall clock serves all sections that a person has open, so time that one section used is not there for another. A
section uses at most its reading time, and no browser script takes part.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from course.content.schema.course import ReadingTimeRule
from course.content.schema.module import Module, Section


@dataclass(frozen=True)
class Completion:
    """When a section was completed, and the seconds on record for it; None if they are not known."""

    at: datetime
    seconds: int | None


@dataclass(frozen=True)
class Used:
    """Time that another section used: `seconds`, up to the moment of its completion."""

    seconds: int
    until: datetime


def available(opened_at: datetime, used: Iterable[Used], now: datetime) -> int:
    """Return the seconds since the opening that no other section used."""
    spent = sum(min(one.seconds, _seconds(one.until - opened_at)) for one in used if one.until > opened_at)
    return max(0, _seconds(now - opened_at) - spent)


def credited(section: Section, available_s: int) -> int:
    """Return the seconds that a completed section uses: those available, up to its reading time."""
    return min(available_s, section.reading_minutes * 60)


def wait(section: Section, available_s: int, rule: ReadingTimeRule) -> int:
    """Return how many seconds are missing until the section can be completed; 0 if none."""
    needed = section.reading_minutes * 60 * rule.finish_after
    return max(0, -int(-needed // 1) - available_s)


def in_words(seconds: int) -> str:
    """Return a waiting time rounded up: `40 seconds`, `1 minute`, `4 minutes`."""
    minutes = -(-seconds // 60)
    if seconds < 60:
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


@dataclass(frozen=True)
class ModuleTime:
    """The time on record for a module, in seconds, and its reading time."""

    recorded: int
    expected: int

    def is_short(self, rule: ReadingTimeRule) -> bool:
        """Return whether an administrator has to look at it before a certificate is issued."""
        return self.recorded < self.expected * Fraction(rule.flag_below)


def module_time(module: Module, seconds: Mapping[str, int | None]) -> ModuleTime | None:
    """Return the time on record, given the seconds by section.

    None if a section was completed before time was recorded (its seconds are None), because nothing is known then.
    """
    own = [seconds.get(section.id, 0) for section in module.sections]
    known = [one for one in own if one is not None]
    if len(known) < len(own):
        return None
    return ModuleTime(sum(known), sum(section.reading_minutes for section in module.sections) * 60)


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())

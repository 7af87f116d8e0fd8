"""The course file's rules around an attempt: whether one may start, when it ends, what is shown of it. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from course.content.schema.assessment import Assessment, Feedback


@dataclass(frozen=True)
class Granted:
    """A person's accommodations."""

    extra_percent: int = 0
    untimed: bool = False
    extra_attempts: int = 0


@dataclass(frozen=True)
class Past:
    """A submitted attempt, as far as the rules care."""

    submitted_at: datetime
    passed: bool


@dataclass(frozen=True)
class Entry:
    """Whether another attempt may start. `opens_at` is set while the waiting time runs.

    `to_read` are sections, as (module, section), to be read again first; `first` are assessments to be passed first.
    """

    allowed: bool
    left: int
    opens_at: datetime | None = None
    passed: bool = False
    to_read: tuple[tuple[str, str], ...] = ()
    first: tuple[str, ...] = ()


def entry(
    rules: Assessment,
    past: Sequence[Past],
    *,
    now: datetime,
    granted: Granted | None = None,
    to_read: Collection[tuple[str, str]] = (),
    passed: Collection[str] = (),
) -> Entry:
    """So many attempts; from the second failure on, so many hours in between; what was missed read again before."""
    left = max(0, rules.attempts + (granted.extra_attempts if granted else 0) - len(past))
    if any(attempt.passed for attempt in past):
        return Entry(False, left, passed=True)
    if first := tuple(id_ for id_ in rules.after if id_ not in passed):
        return Entry(False, left, first=first)
    if not left:
        return Entry(False, 0)
    failed = sorted(attempt.submitted_at for attempt in past)
    opens_at = failed[-1] + timedelta(hours=rules.wait_hours) if len(failed) >= 2 else now
    unread = tuple(to_read) if rules.reread else ()
    return Entry(opens_at <= now and not unread, left, opens_at if opens_at > now else None, to_read=unread)


def minutes(limit: int | None, granted: Granted) -> int | None:
    """A person's time limit, rounded up to whole minutes; None without one."""
    if limit is None or granted.untimed:
        return None
    return -(-limit * (100 + granted.extra_percent) // 100)


def deadline(started_at: datetime, limit: int | None, granted: Granted) -> datetime | None:
    """When an attempt's time is up; None without a limit. `limit` is the course file's, in minutes."""
    own = minutes(limit, granted)
    return None if own is None else started_at + timedelta(minutes=own)


def closes_at(deadline: datetime, grace_seconds: int) -> datetime:
    """Before when a save that was on its way still counts."""
    return deadline + timedelta(seconds=grace_seconds)


def is_over(deadline: datetime | None, grace_seconds: int, now: datetime) -> bool:
    """Whether the time and the grace are over; the attempt is then as good as submitted."""
    return deadline is not None and now >= closes_at(deadline, grace_seconds)


def shown(policy: Feedback, entry: Entry) -> frozenset[str]:
    """Which of score, objectives, answers and rationales a learner sees of a submitted attempt now."""
    ended = entry.passed or entry.left == 0
    return frozenset(name for name, when in policy if when == "each" or (when == "end" and ended))

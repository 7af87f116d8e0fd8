"""The course file's rules of an attempt: whether one may start, when it ends, and what feedback is shown. Pure."""

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
class PastAttempt:
    """What the rules ask about a submitted attempt."""

    submitted_at: datetime
    passed: bool


@dataclass(frozen=True)
class Eligibility:
    """Whether another attempt may start, and how many are left. `opens_at` is set while the waiting time runs.

    `to_read` are the sections, as (module, section), to review first; `first` are the assessments to pass first.
    """

    allowed: bool
    left: int
    opens_at: datetime | None = None
    passed: bool = False
    to_read: tuple[tuple[str, str], ...] = ()
    first: tuple[str, ...] = ()


def eligibility(
    rules: Assessment,
    past: Sequence[PastAttempt],
    *,
    now: datetime,
    granted: Granted | None = None,
    to_read: Collection[tuple[str, str]] = (),
    passed: Collection[str] = (),
) -> Eligibility:
    """Apply the limit of attempts, the waiting time after the second failure, and the sections to review first."""
    left = max(0, rules.attempts + (granted.extra_attempts if granted else 0) - len(past))
    if any(attempt.passed for attempt in past):
        return Eligibility(False, left, passed=True)
    if first := tuple(id_ for id_ in rules.after if id_ not in passed):
        return Eligibility(False, left, first=first)
    if not left:
        return Eligibility(False, 0)
    failed = sorted(attempt.submitted_at for attempt in past)
    opens_at = failed[-1] + timedelta(hours=rules.wait_hours) if len(failed) >= 2 else now
    unread = tuple(to_read) if rules.reread else ()
    return Eligibility(opens_at <= now and not unread, left, opens_at if opens_at > now else None, to_read=unread)


def minutes(limit: int | None, granted: Granted) -> int | None:
    """Return a person's time limit, rounded up to whole minutes, or None without one."""
    if limit is None or granted.untimed:
        return None
    return -(-limit * (100 + granted.extra_percent) // 100)


def deadline(started_at: datetime, limit: int | None, granted: Granted) -> datetime | None:
    """Return when an attempt's time is up, or None without a limit. `limit` is the course file's, in minutes."""
    own = minutes(limit, granted)
    return None if own is None else started_at + timedelta(minutes=own)


def closes_at(deadline: datetime, grace_seconds: int) -> datetime:
    """Return the end of the grace, in which an answer that is already on its way is still accepted."""
    return deadline + timedelta(seconds=grace_seconds)


def is_over(deadline: datetime | None, grace_seconds: int, now: datetime) -> bool:
    """Return whether time and grace are over. The attempt then accepts no answer, submitted or not."""
    return deadline is not None and now >= closes_at(deadline, grace_seconds)


def visible_feedback(policy: Feedback, eligibility: Eligibility) -> frozenset[str]:
    """Return which of score, objectives, answers and rationales a learner sees of a submitted attempt now."""
    ended = eligibility.passed or eligibility.left == 0
    return frozenset(name for name, when in policy if when == "each" or (when == "end" and ended))

"""A paper and its answers -> a score. Fractions, never floats, where a pass depends on it."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from course.assessment.items import TYPES


@dataclass(frozen=True)
class Keyed:
    """What scoring needs of an item on a paper."""

    position: int
    type: str
    objective: str
    key: frozenset[str]
    must_pass: bool = False


@dataclass(frozen=True)
class Score:
    """Points reached and points there were; `missed` are the positions of must-pass items that were not right."""

    points: Fraction
    scored: int
    missed: tuple[int, ...] = ()

    def passes(self, pass_mark: int) -> bool:
        """`pass_mark` in per cent; one missed must-pass item fails, whatever the score."""
        return self.scored > 0 and not self.missed and self.points * 100 >= pass_mark * self.scored


def score(paper: Sequence[Keyed], answers: Mapping[int, Set[str]]) -> Score:
    """`answers` by position; an item without an answer scores nothing."""
    points = {item.position: item_score(item, answers.get(item.position, frozenset())) for item in paper}
    missed = tuple(item.position for item in paper if item.must_pass and points[item.position] < 1)
    return Score(sum(points.values(), Fraction(0)), len(paper), missed)


def item_score(item: Keyed, choice: Set[str]) -> Fraction:
    return TYPES[item.type](item.key, choice)


def by_objective(paper: Sequence[Keyed], answers: Mapping[int, Set[str]]) -> dict[str, Score]:
    """The same score, split by objective, in the order of the paper."""
    names = dict.fromkeys(item.objective for item in paper)
    return {name: score([item for item in paper if item.objective == name], answers) for name in names}


@dataclass(frozen=True)
class Pass:
    """The attempt that first passed an assessment: its address, its score, when, and the bank's hash."""

    code: str
    correct: int
    scored: int
    at: datetime
    content_hash: str


@dataclass(frozen=True)
class Past:
    """A submitted attempt, as far as the rules care."""

    submitted_at: datetime
    passed: bool


@dataclass(frozen=True)
class Entry:
    """Whether another attempt may start. `opens_at` is set while the waiting time runs."""

    allowed: bool
    left: int
    opens_at: datetime | None = None
    passed: bool = False


def entry(past: Sequence[Past], *, attempts: int, wait_hours: int, now: datetime) -> Entry:
    """The course file's rule: so many attempts; from the second failure on, so many hours in between."""
    left = max(0, attempts - len(past))
    if any(attempt.passed for attempt in past):
        return Entry(False, left, passed=True)
    if not left:
        return Entry(False, 0)
    failed = sorted(attempt.submitted_at for attempt in past)
    opens_at = failed[-1] + timedelta(hours=wait_hours) if len(failed) >= 2 else now
    return Entry(opens_at <= now, left, opens_at if opens_at > now else None)

"""Which items may be asked outside of an assessment: none that would help in an attempt. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from course.assessment.attempts import attempt_rules
from course.assessment.attempts.attempt_rules import Granted, PastAttempt
from course.content.schema.assessment import Assessment


@dataclass(frozen=True)
class AttemptOutcome:
    """What the rules here ask about an attempt. `submitted_at` is None while it is open."""

    assessment_id: str
    submitted_at: datetime | None
    passed: bool


@dataclass(frozen=True)
class ScoredItem:
    """An item in a submitted attempt, with the points that it earned."""

    assessment_id: str
    item_id: str
    points: Fraction
    at: datetime


def running(assessments: Iterable[Assessment], outcomes: Iterable[AttemptOutcome]) -> list[Assessment]:
    """Return the assessments that the person has an open attempt at."""
    open_ = {outcome.assessment_id for outcome in outcomes if outcome.submitted_at is None}
    return [assessment for assessment in assessments if assessment.id in open_]


def finished(
    assessments: Mapping[str, Assessment], outcomes: Sequence[AttemptOutcome], granted: Granted, now: datetime
) -> set[str]:
    """Return the assessments that the person can't take again: passed, out of attempts, or not in the course file."""
    past: dict[str, list[PastAttempt]] = {}
    for outcome in outcomes:
        submitted = past.setdefault(outcome.assessment_id, [])
        if outcome.submitted_at:
            submitted.append(PastAttempt(outcome.submitted_at, outcome.passed))
    return {
        id_
        for id_, submitted in past.items()
        if id_ not in assessments or _is_over(assessments[id_], submitted, granted, now)
    }


def _is_over(rules: Assessment, past: Sequence[PastAttempt], granted: Granted, now: datetime) -> bool:
    result = attempt_rules.eligibility(rules, past, now=now, granted=granted)
    return result.passed or not result.left


def reviewable(
    scored: Collection[ScoredItem], finished: Collection[str], banks: Mapping[str, str], barred: Collection[str]
) -> dict[str, ScoredItem]:
    """Return the items that may come back, each as it was last answered.

    An item is held back while the person can still take an assessment that it was in, and while an attempt that uses
    its bank is open. `banks` has the bank of every item, and `barred` the banks that open attempts use.
    """
    newest = {one.item_id: one for one in sorted(scored, key=lambda one: one.at) if one.item_id in banks}
    held_back = {one.item_id for one in scored if one.assessment_id not in finished}
    return {id_: one for id_, one in newest.items() if id_ not in held_back and banks[id_] not in barred}

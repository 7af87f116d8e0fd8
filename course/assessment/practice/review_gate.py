"""What may be asked outside of an assessment: never what would help an attempt at one. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from course.assessment.attempts import attempt_rules
from course.assessment.attempts.attempt_rules import Granted, PastAttempt
from course.content.schema.assessment import Assessment


@dataclass(frozen=True)
class Sitting:
    """An attempt, as far as the rules here care. `submitted_at` None: it is open."""

    assessment_id: str
    submitted_at: datetime | None
    passed: bool


@dataclass(frozen=True)
class Met:
    """An item in a submitted attempt, and the points that it earned."""

    assessment_id: str
    item_id: str
    points: Fraction
    at: datetime


def running(assessments: Iterable[Assessment], sittings: Iterable[Sitting]) -> list[Assessment]:
    """The assessments that the person has an open attempt at."""
    open_ = {sitting.assessment_id for sitting in sittings if sitting.submitted_at is None}
    return [assessment for assessment in assessments if assessment.id in open_]


def ended(
    assessments: Mapping[str, Assessment], sittings: Sequence[Sitting], granted: Granted, now: datetime
) -> set[str]:
    """The assessments that the person won't take again: passed, out of attempts, or no longer in the course file."""
    past: dict[str, list[PastAttempt]] = {}
    for one in sittings:
        mine = past.setdefault(one.assessment_id, [])
        if one.submitted_at:
            mine.append(PastAttempt(one.submitted_at, one.passed))
    return {
        id_ for id_, mine in past.items() if id_ not in assessments or _is_over(assessments[id_], mine, granted, now)
    }


def _is_over(rules: Assessment, past: Sequence[PastAttempt], granted: Granted, now: datetime) -> bool:
    found = attempt_rules.eligibility(rules, past, now=now, granted=granted)
    return found.passed or not found.left


def recalled(
    met: Iterable[Met], ended: Collection[str], banks: Mapping[str, str], barred: Collection[str]
) -> dict[str, Met]:
    """The items that may come back, each as it was answered last.

    An item waits while an assessment that it was in can be taken again, and while an attempt is open that draws on its
    bank. `banks` has the bank of every item that there is; `barred` are the banks that open attempts draw on.
    """
    newest = {one.item_id: one for one in sorted(met, key=lambda one: one.at) if one.item_id in banks}
    kept_back = {one.item_id for one in met if one.assessment_id not in ended}
    return {id_: one for id_, one in newest.items() if id_ not in kept_back and banks[id_] not in barred}

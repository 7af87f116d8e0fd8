"""What each decision about a wrong key would do to the attempts that contain the item."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, get_args

from course.assessment.attempts import scoring
from course.assessment.attempts.scoring import PlacedItem, Ruling
from course.content.base import digest_of
from course.content.items.base import Answer, Item

Decision = Literal["new-key", "accept-both", "drop"]
DECISIONS: tuple[Decision, ...] = get_args(Decision)


@dataclass(frozen=True)
class AttemptResult:
    """An attempt's score as it is on record."""

    points: Fraction
    scored: int
    passed: bool

    def in_words(self) -> str:
        """Return the score as in 9 of 11, passed."""
        return f"{scoring.in_words(self.points)} of {self.scored}, {'passed' if self.passed else 'not passed'}"

    def audited(self) -> dict[str, Any]:
        """Return the score for the audit log."""
        return {"points": str(self.points), "scored": self.scored, "passed": self.passed}


@dataclass(frozen=True)
class AffectedAttempt:
    """An attempt with the item in it. `result`: None while it is open. `answers`: to the item, by position."""

    id: int
    code: str
    user_id: int
    assessment_id: str
    number: int
    pass_mark: int
    result: AttemptResult | None
    paper: tuple[PlacedItem, ...]
    answers: Mapping[int, Answer]


@dataclass(frozen=True)
class RescoringScope:
    """All that a rescoring of one item affects. `corrected`: the item in the bank, None if it is no longer there.

    `earlier`: number of rescorings of the item so far.
    """

    item_id: str
    corrected: Item | None
    attempts: tuple[AffectedAttempt, ...]
    earlier: int

    def of(self, attempt: AffectedAttempt) -> tuple[PlacedItem, ...]:
        """Return the item's places in the attempt."""
        return tuple(place for place in attempt.paper if place.item.id == self.item_id)

    @cached_property
    def submitted(self) -> tuple[AffectedAttempt, ...]:
        return tuple(attempt for attempt in self.attempts if attempt.result)

    @cached_property
    def wordings(self) -> dict[str, PlacedItem]:
        """One place of each wording that was shown, by digest of the wording."""
        return {place.digest: place for attempt in self.attempts for place in self.of(attempt)}

    @cached_property
    def digest(self) -> str:
        """Digest of what a preview depends on: the item in the bank, and every submitted attempt as scored now."""
        seen = [
            (attempt.id, attempt.result, [(place.digest, place.ruling, place.points) for place in self.of(attempt)])
            for attempt in self.submitted
        ]
        return digest_of(self.item_id, self.corrected.digest if self.corrected else "", str(self.earlier), repr(seen))


def key_of(item: Item) -> dict[str, Any]:
    """Return the fields that define the correct answer, as JSON."""
    return item.model_dump(mode="json", include=set(item.KEY_FIELDS))


def rekeyed(item: Item, corrected: Item) -> Item | None:
    """Return the wording with the bank's key; None if the key does not fit or its letters label other options."""
    fitting = item.rekeyed(corrected)
    whole = corrected.with_values(item.values) if fitting and corrected.parameters else corrected
    return fitting if fitting and whole.labels() == item.labels() else None


def is_settled(item: Item, corrected: Item, ruling: Ruling | None) -> bool:
    """Return whether this wording is scored by the bank's key, or there is nothing left to decide about it."""
    fitting = rekeyed(item, corrected)
    if fitting is None or (ruling and ruling["decision"] == "drop"):
        return True
    return bool(key_of(fitting) == (ruling["key"] if ruling else key_of(item)))


def rulings(scope: RescoringScope, decision: Decision) -> dict[str, Ruling | None]:
    """Return the ruling for each wording by its digest; None where the wording has that key already.

    Wordings that the key does not fit are left out. A ruling depends on the wording as it was shown, never on an
    earlier ruling, which it replaces.
    """
    if decision == "drop":
        return {digest: {"decision": "drop"} for digest in scope.wordings}
    found: dict[str, Ruling | None] = {}
    for digest, place in scope.wordings.items():
        if scope.corrected and (fitting := rekeyed(place.item, scope.corrected)):
            key = key_of(fitting)
            found[digest] = None if key == key_of(place.item) else {"decision": decision, "key": key}
    return found


AssessmentCycle = tuple[int, str, int]  # user id, assessment id, cycle; passes in one of them are interchangeable


@dataclass(frozen=True)
class AttemptChange:
    """A submitted attempt under a decision. `after`: by the score alone. `earned`: the item's new points by position.

    `costs_pass`: the attempt had passed, no longer does by its score, and would if the item counted as before.
    """

    attempt: AffectedAttempt
    before: AttemptResult
    after: AttemptResult
    earned: Mapping[int, Fraction | None]
    costs_pass: bool

    def settled(self, *, take_passes: bool) -> AttemptResult:
        """Return the result to record: a pass is kept unless it may be taken away."""
        passed = self.after.passed or (self.before.passed and not (take_passes and self.costs_pass))
        return AttemptResult(self.after.points, self.after.scored, passed)

    @property
    def moves(self) -> bool:
        return (self.before.points, self.before.scored) != (self.after.points, self.after.scored)


@dataclass(frozen=True)
class DecisionEffect:
    """What a decision does to the submitted attempts. `unfit`: those whose wording the key does not fit."""

    decision: Decision
    rulings: Mapping[str, Ruling | None]
    changes: tuple[AttemptChange, ...]
    unfit: tuple[AffectedAttempt, ...]

    @cached_property
    def moved(self) -> tuple[AttemptChange, ...]:
        return tuple(change for change in self.changes if change.moves)

    @cached_property
    def gained(self) -> tuple[AttemptChange, ...]:
        return tuple(change for change in self.changes if change.after.passed and not change.before.passed)

    @cached_property
    def lost(self) -> tuple[AttemptChange, ...]:
        """The attempts that lose their pass if passes may be taken away."""
        return tuple(change for change in self.changes if change.costs_pass)

    def recorded(self, *, take_passes: bool) -> list[tuple[AttemptChange, AttemptResult]]:
        """Return the attempts whose recorded result changes, each with the new result."""
        settled = [(change, change.settled(take_passes=take_passes)) for change in self.changes]
        return [(change, result) for change, result in settled if result != change.before]

    def passes_gone(self, cycles: Mapping[int, AssessmentCycle], passing: Collection[int]) -> set[AssessmentCycle]:
        """Return where a person has no passing attempt left if passes may be taken away.

        `cycles`: by id of the persons' attempts. `passing`: ids of those that pass now.
        """
        lost = {change.attempt.id for change in self.lost}
        kept = set(passing) - lost | {change.attempt.id for change in self.gained}
        return {cycles[id_] for id_ in lost} - {cycles[id_] for id_ in kept}


def effect_of(scope: RescoringScope, decision: Decision) -> DecisionEffect:
    """Return what the decision would do."""
    ruled = rulings(scope, decision)
    fits = {attempt.id: all(place.digest in ruled for place in scope.of(attempt)) for attempt in scope.submitted}
    changes = tuple(
        _change(scope, attempt, attempt.result, ruled)
        for attempt in scope.submitted
        if attempt.result and fits[attempt.id]
    )
    return DecisionEffect(decision, ruled, changes, tuple(one for one in scope.submitted if not fits[one.id]))


def _change(
    scope: RescoringScope, attempt: AffectedAttempt, before: AttemptResult, ruled: Mapping[str, Ruling | None]
) -> AttemptChange:
    places = scope.of(attempt)
    on_record = {place.position: place.points for place in attempt.paper}
    as_worded = {place.position: _earned(attempt, place, None) for place in places}
    earned = {place.position: _earned(attempt, place, ruled[place.digest]) for place in places}
    now = scoring.score(attempt.paper, on_record | earned)
    after = AttemptResult(now.points, now.scored, now.passes(attempt.pass_mark))
    would_pass = any(
        scoring.score(attempt.paper, points).passes(attempt.pass_mark) for points in (on_record, on_record | as_worded)
    )
    return AttemptChange(attempt, before, after, earned, before.passed and not after.passed and would_pass)


def _earned(attempt: AffectedAttempt, place: PlacedItem, ruling: Ruling | None) -> Fraction | None:
    return scoring.points_of(replace(place, ruling=ruling), attempt.answers.get(place.position))

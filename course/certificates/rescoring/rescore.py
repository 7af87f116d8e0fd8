"""A corrected key and the attempts that met the item -> what each decision would do to them. Pure."""

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
class Result:
    """An attempt's score as it is on record."""

    points: Fraction
    scored: int
    passed: bool

    def in_words(self) -> str:
        return f"{scoring.in_words(self.points)} of {self.scored}, {'passed' if self.passed else 'not passed'}"

    def audited(self) -> dict[str, Any]:
        return {"points": str(self.points), "scored": self.scored, "passed": self.passed}


@dataclass(frozen=True)
class Sitting:
    """An attempt with the item on its paper. `result` is None while it is open; `answers` are those to the item."""

    id: int
    code: str
    user_id: int
    assessment_id: str
    number: int
    pass_mark: int
    result: Result | None
    paper: tuple[PlacedItem, ...]
    answers: Mapping[int, Answer]


@dataclass(frozen=True)
class Scope:
    """All that a re-scoring of one item reaches. `corrected` is the item in the bank, None where it has left it."""

    item_id: str
    corrected: Item | None
    sittings: tuple[Sitting, ...]
    earlier: int  # re-scorings of the item so far

    def of(self, sitting: Sitting) -> tuple[PlacedItem, ...]:
        return tuple(place for place in sitting.paper if place.item.id == self.item_id)

    @cached_property
    def submitted(self) -> tuple[Sitting, ...]:
        return tuple(sitting for sitting in self.sittings if sitting.result)

    @cached_property
    def wordings(self) -> dict[str, PlacedItem]:
        """A place for each wording that was answered, by its digest."""
        return {place.digest: place for sitting in self.sittings for place in self.of(sitting)}

    @cached_property
    def digest(self) -> str:
        """Pins what a preview rests on: the bank's item and every submitted attempt as it is scored now."""
        seen = [
            (sitting.id, sitting.result, [(place.digest, place.ruling, place.points) for place in self.of(sitting)])
            for sitting in self.submitted
        ]
        return digest_of(self.item_id, self.corrected.digest if self.corrected else "", str(self.earlier), repr(seen))


def key_of(item: Item) -> dict[str, Any]:
    """The fields that say what is right, as JSON."""
    return item.model_dump(mode="json", include=set(item.KEY))


def rekeyed(item: Item, corrected: Item) -> Item | None:
    """The wording with the bank's key; None where the key doesn't fit or its letters stand for other words."""
    fitting = item.rekeyed(corrected)
    whole = corrected.with_values(item.values) if fitting and corrected.parameters else corrected
    return fitting if fitting and whole.labels() == item.labels() else None


def is_settled(item: Item, corrected: Item, ruling: Ruling | None) -> bool:
    """Whether the key that counts for this wording is the bank's, or nothing is left to decide about it."""
    fitting = rekeyed(item, corrected)
    if fitting is None or (ruling and ruling["decision"] == "drop"):
        return True
    return bool(key_of(fitting) == (ruling["key"] if ruling else key_of(item)))


def rulings(scope: Scope, decision: Decision) -> dict[str, Ruling | None]:
    """What is ruled for each wording; None where it has that key already. Wordings that don't fit are missing.

    It rests on the wording as it was shown, never on an earlier ruling, which it replaces.
    """
    if decision == "drop":
        return {digest: {"decision": "drop"} for digest in scope.wordings}
    found: dict[str, Ruling | None] = {}
    for digest, place in scope.wordings.items():
        if scope.corrected and (fitting := rekeyed(place.item, scope.corrected)):
            key = key_of(fitting)
            found[digest] = None if key == key_of(place.item) else {"decision": decision, "key": key}
    return found


Turn = tuple[int, str, int]  # person, assessment, how often it had been begun anew: passes of one turn do the same


@dataclass(frozen=True)
class Change:
    """A submitted attempt under a decision. `after` is what the score says; `earned` are the item's new points.

    `costs_pass`: it had passed, its score no longer passes, and it would if this item counted as before.
    """

    sitting: Sitting
    before: Result
    after: Result
    earned: Mapping[int, Fraction | None]
    costs_pass: bool

    def settled(self, *, take_passes: bool) -> Result:
        """The result that is put on record: a pass stands unless it may be taken."""
        passed = self.after.passed or (self.before.passed and not (take_passes and self.costs_pass))
        return Result(self.after.points, self.after.scored, passed)

    @property
    def moves(self) -> bool:
        return (self.before.points, self.before.scored) != (self.after.points, self.after.scored)


@dataclass(frozen=True)
class Effect:
    """What a decision does to the submitted attempts; `unfit` are those whose wording the key doesn't fit."""

    decision: Decision
    rulings: Mapping[str, Ruling | None]
    changes: tuple[Change, ...]
    unfit: tuple[Sitting, ...]

    @cached_property
    def moved(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.moves)

    @cached_property
    def gained(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.after.passed and not change.before.passed)

    @cached_property
    def lost(self) -> tuple[Change, ...]:
        """The passes that go if passes may be taken."""
        return tuple(change for change in self.changes if change.costs_pass)

    def recorded(self, *, take_passes: bool) -> list[tuple[Change, Result]]:
        """The attempts whose result on record changes, with the new one."""
        settled = [(change, change.settled(take_passes=take_passes)) for change in self.changes]
        return [(change, result) for change, result in settled if result != change.before]

    def passes_gone(self, turns: Mapping[int, Turn], passing: Collection[int]) -> set[Turn]:
        """Where a person is left without any passing attempt if passes may be taken.

        `turns` of the persons' attempts by their ids; `passing`: those that pass now.
        """
        lost = {change.sitting.id for change in self.lost}
        kept = set(passing) - lost | {change.sitting.id for change in self.gained}
        return {turns[id_] for id_ in lost} - {turns[id_] for id_ in kept}


def effect(scope: Scope, decision: Decision) -> Effect:
    ruled = rulings(scope, decision)
    fits = {sitting.id: all(place.digest in ruled for place in scope.of(sitting)) for sitting in scope.submitted}
    changes = tuple(
        _change(scope, sitting, sitting.result, ruled)
        for sitting in scope.submitted
        if sitting.result and fits[sitting.id]
    )
    return Effect(decision, ruled, changes, tuple(one for one in scope.submitted if not fits[one.id]))


def _change(scope: Scope, sitting: Sitting, before: Result, ruled: Mapping[str, Ruling | None]) -> Change:
    ours = scope.of(sitting)
    on_record = {place.position: place.points for place in sitting.paper}
    as_worded = {place.position: _earned(sitting, place, None) for place in ours}
    earned = {place.position: _earned(sitting, place, ruled[place.digest]) for place in ours}
    now = scoring.score(sitting.paper, on_record | earned)
    after = Result(now.points, now.scored, now.passes(sitting.pass_mark))
    would_pass = any(
        scoring.score(sitting.paper, points).passes(sitting.pass_mark) for points in (on_record, on_record | as_worded)
    )
    return Change(sitting, before, after, earned, before.passed and not after.passed and would_pass)


def _earned(sitting: Sitting, place: PlacedItem, ruling: Ruling | None) -> Fraction | None:
    return scoring.points_of(replace(place, ruling=ruling), sitting.answers.get(place.position))

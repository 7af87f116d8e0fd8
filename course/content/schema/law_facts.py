"""Facts about a state's law that can be asked for as one value, taken from its rules."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from course.content.schema.jurisdiction import Jurisdiction
from course.content.schema.law import (
    Area,
    Confidence,
    Group,
    Hours,
    LawSource,
    Requirement,
    Unread,
    walk,
)

FactName = Literal[
    "status",
    "basis",
    "total_hours",
    "in_person_hours",
    "renewal_hours",
]


@dataclass(frozen=True)
class Stated:
    """A fact that an entry states. `about`: the names under which a conflict of the entry may dispute it."""

    value: Any
    about: frozenset[str]
    confidence: Confidence
    citation: str
    source: LawSource


def stated(state: Jurisdiction, fact: FactName, day: date) -> Stated | None:
    """Return the fact as the entry states it on the day, or None if no single value is known."""
    if fact in ("status", "basis"):
        sources = sorted(state.sources, key=lambda source: source.kind != "primary")
        return Stated(getattr(state, fact), frozenset({fact}), state.confidence, state.citation, sources[0])
    if fact == "renewal_hours":
        return _renewal(state)
    value_of = RULES[fact]
    in_force = [rule for rule in _always(state.requirements) if rule.is_valid(day)]
    found = [rule for rule in in_force if value_of(rule) is not NOT_IT]
    # An alternative that holds such a rule, or a part of the law that nobody read, may demand another value.
    others = [rule for rule in walk(state.requirements) if value_of(rule) is not NOT_IT and rule not in found]
    unread = any(isinstance(rule, Unread) and Area.HOURS in rule.areas for rule in in_force)
    if len(found) != 1 or others or unread or value_of(found[0]) is None:
        return None
    (rule,) = found
    return Stated(
        value_of(rule),
        frozenset({rule.id, fact}),
        rule.confidence,
        rule.citation or state.citation,
        state.source_by_id[rule.source],
    )


def can_ask(state: Jurisdiction, fact: FactName, day: date) -> bool:
    """Return whether the fact is certain enough for an item: a source states it well and no source disputes it."""
    found = stated(state, fact, day)
    disputed = {name for conflict in state.conflicts for name in conflict.about}
    return found is not None and found.confidence != "low" and not found.about & disputed


def mentioned(state: Jurisdiction, fact: FactName) -> set[Any]:
    """Return every value of this kind that the entry mentions, certain or not."""
    if fact in RULES:
        values = {RULES[fact](rule) for rule in walk(state.requirements)}
        return values - {None, NOT_IT}
    found = stated(state, fact, date.max)
    return {found.value} if found else set()


def _always(requirements: Iterable[Requirement]) -> Iterator[Requirement]:
    """Yield the requirements that everybody has to meet, not those that are one of several ways."""
    for rule in requirements:
        if not isinstance(rule, Group):
            yield rule
        elif rule.kind == "all_of":
            yield from _always(rule.parts)


def _renewal(state: Jurisdiction) -> Stated | None:
    renewal = state.renewal
    if renewal.hours is None or not renewal.sources:
        return None
    source = state.source_by_id[renewal.sources[0]]
    return Stated(renewal.hours, frozenset({"renewal", "hours"}), renewal.confidence, state.board, source)


def _hours(rule: Requirement) -> Any:
    return rule.hours if isinstance(rule, Hours) else NOT_IT


def _in_person_hours(rule: Requirement) -> Any:
    return rule.hours if isinstance(rule, Hours) and rule.online == "no" else NOT_IT


NOT_IT = object()  # the rule is not of the kind that has this fact
RULES: dict[str, Callable[[Requirement], Any]] = {"total_hours": _hours, "in_person_hours": _in_person_hours}

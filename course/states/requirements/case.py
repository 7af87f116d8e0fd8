"""One person under one state's law on one day: what the judges of the kinds of rules look at."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from course.content.schema.law import Approval, Group, Hours, Law, LawSource, Requirement
from course.platform.dates import long_date
from course.states.requirements import wording
from course.states.requirements.calendar_time import add_months
from course.states.requirements.evidence import Evidence, Fact
from course.states.requirements.judgment import Result, State
from course.states.requirements.tally import Item

Judge = Callable[[Any, "Case"], Result]


@dataclass(frozen=True, kw_only=True)
class Case:
    """`judges`: by kind of rule. `results`: what is judged so far, by the rule's id.

    `has_order`: whether `after` matters; it doesn't where a rule asks what a part of the training would give.
    """

    law: Law
    code: str
    evidence: Evidence
    day: date
    profession: str
    judges: Mapping[str, Judge]
    has_order: bool = True
    results: dict[str, Result] = field(default_factory=dict)

    def is_in_force(self, rule: Requirement) -> bool:
        """Return whether the rule is valid on the day and concerns the profession."""
        return rule.is_valid(self.day) and (not rule.professions or self.profession in rule.professions)

    def in_force(self, rules: Iterable[Requirement]) -> list[Requirement]:
        """Return the rules in force. A group without any part in force is none."""
        return [
            rule
            for rule in rules
            if self.is_in_force(rule) and (not isinstance(rule, Group) or self.in_force(rule.parts))
        ]

    def result(self, rule: Requirement) -> Result:
        """Return what the rule demands and what of it is met, after the requirements that come before it."""
        if rule.id not in self.results:
            result = self.judges[rule.kind](rule, self)
            first = [one for one in self._before(rule) if one.state is not State.MET]
            if first:
                after = ", ".join(f"“{one.demanded}”" for one in first)
                unknown = all(one.state is State.UNKNOWN for one in first)
                highest = State.UNKNOWN if unknown else State.OPEN
                result = replace(
                    result, state=min(result.state, highest), next_step=f"First meet {after}.", met_on=None
                )
            self.results[rule.id] = result
        return self.results[rule.id]

    def dated(self, rule: Requirement, items: Iterable[Item], *, months: int | None = None) -> list[Item]:
        """Return the items after two more checks: not later than the day, and not before an earlier requirement.

        `months`: nor later than this long after the earlier requirements were met.
        """
        first = self._before(rule)
        starts = [one.met_on for one in first if one.met_on]
        start = max(starts, default=date.min)
        end = add_months(start, months) if starts and months is not None else date.max
        is_unmet = any(one.state < State.UNKNOWN for one in first)
        is_unknown = any(one.state is State.UNKNOWN for one in first)
        return [
            item.checked(
                (item.on <= self.day, f"It is dated after {long_date(self.day)}."),
                (not is_unmet, "An earlier requirement has to be met first."),
                (item.on >= start, f"It comes before an earlier requirement was met on {long_date(start)}."),
                (item.on <= end, f"It comes after the last day for it, {long_date(end)}."),
                (None if is_unknown else True, "Whether an earlier requirement was met is unknown."),
            )
            for item in items
        ]

    def header(self, rule: Requirement) -> dict[str, Any]:
        """Return what every result says about its rule."""
        return {
            "rule_id": rule.id,
            "kind": rule.kind,
            "demanded": wording.demanded(rule),
            "text": rule.text,
            "citation": rule.citation,
            "source": self.sources.get(rule.source),
            "confidence": rule.confidence,
        }

    def proof(self, fact: Fact) -> str:
        """Return who verified the fact and when, or that nobody did."""
        if fact.verified_by is None:
            return "your statement"
        on = f" on {long_date(fact.verified_on)}" if fact.verified_on else ""
        return f"verified by {fact.verified_by}{on}"

    def neighbors(self, rule: Requirement) -> list[Hours]:
        """Return the hours that the rule is about: those of its own level, or of the nearest level that has any."""
        return next((hours for level in self._levels(rule) if (hours := self._hours(level))), [])

    def training_rules(self, rule: Requirement) -> tuple[Requirement, ...]:
        """Return the hours, and groups of nothing but hours, of the rule's level or of the nearest that has any."""
        return next((found for level in self._levels(rule) if (found := self._hours_only(level))), ())

    @cached_property
    def sources(self) -> dict[str, LawSource]:
        """Return the sources of the entry by id."""
        return {source.id: source for source in self.law.sources}

    @cached_property
    def approvals(self) -> list[Approval]:
        """Return every approval in force that the law asks for."""
        return [rule for rule in self.rules.values() if isinstance(rule, Approval)]

    @cached_property
    def rules(self) -> dict[str, Requirement]:
        """Return every rule in force by id, the parts of groups too."""
        return {rule.id: rule for rule, _ in self._places(self.law.requirements, ())}

    @cached_property
    def _groups(self) -> dict[str, tuple[Group, ...]]:
        """Return the groups around each rule, the innermost first, by the rule's id."""
        return {rule.id: groups for rule, groups in self._places(self.law.requirements, ())}

    def _places(
        self, rules: Sequence[Requirement], groups: tuple[Group, ...]
    ) -> Iterator[tuple[Requirement, tuple[Group, ...]]]:
        for rule in self.in_force(rules):
            yield rule, groups
            if isinstance(rule, Group):
                yield from self._places(rule.parts, (rule, *groups))

    def _hours(self, level: Sequence[Requirement]) -> list[Hours]:
        return [rule for rule in self.in_force(level) if isinstance(rule, Hours)]

    def _hours_only(self, rules: Sequence[Requirement]) -> tuple[Requirement, ...]:
        kept: list[Requirement] = []
        for rule in self.in_force(rules):
            if isinstance(rule, Hours):
                kept.append(rule)
            elif isinstance(rule, Group) and (parts := self._hours_only(rule.parts)):
                kept.append(rule.model_copy(update={"parts": parts}))
        return tuple(kept)

    def _levels(self, rule: Requirement) -> list[Sequence[Requirement]]:
        return [*(group.parts for group in self._groups[rule.id]), self.law.requirements]

    def _before(self, rule: Requirement) -> list[Result]:
        if not self.has_order:
            return []
        ids = {one for place in (rule, *self._groups[rule.id]) for one in place.after}
        return [self.result(earlier) for one, earlier in self.rules.items() if one in ids]

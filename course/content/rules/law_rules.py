"""Check the entries of the states: what a rule names exists, and how sure an entry is fits what was read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from course.content.schema.jurisdiction import Jurisdiction
from course.content.schema.law import Absence, Duty, Group, Law, Renewal, Requirement, Rule
from course.content.source import Document, Problems

Path = list[str | int]
FIELDS = {*Law.model_fields, *Renewal.model_fields}


def check(states: Mapping[str, Jurisdiction], topics: Iterable[str], document: Document, problems: Problems) -> None:
    """Add a problem for each fault."""
    known_topics = set(topics)
    first: dict[str, int] = {}
    for n, given in enumerate(document.data["states"]):
        state = states.get(given.get("code", "")) if isinstance(given, dict) else None
        if state is None:  # a faulty entry, which is reported already
            continue
        if first.setdefault(state.code, n) != n:
            line = document.line(["states", n, "code"])
            problems.add(document.file, line, f"{state.code} has two entries", "remove one")
            continue
        _Entry(state, ["states", n], document, problems).check(known_topics)


class _Entry:
    """One state's entry and its place in the file."""

    def __init__(self, state: Jurisdiction, at: Path, document: Document, problems: Problems) -> None:
        self.state, self.at, self.document, self.problems = state, at, document, problems
        self.rules = list(_rules(state))
        self.ids = [rule.id for rule, _ in self.rules]

    def check(self, topics: set[str]) -> None:
        self._unique((source.id, ["sources", n, "id"]) for n, source in enumerate(self.state.sources))
        self._unique((rule.id, [*at, "id"]) for rule, at in self.rules)
        for rule, at in self.rules:
            self._rule(rule, at, topics)
        if circle := _circle(self.state.requirements):
            self._add(["requirements"], f"each of these comes after another: {', '.join(circle)}", "correct `after`")
        self._known(self.state.renewal.sources, self.state.source_by_id, ["renewal", "sources"], "source")
        for n, conflict in enumerate(self.state.conflicts):
            self._known(conflict.sources, self.state.source_by_id, ["conflicts", n, "sources"], "source")
            self._known(conflict.about, FIELDS.union(self.ids), ["conflicts", n, "about"], "rule or field")
        for n, pending in enumerate(self.state.pending):
            named = [pending.source] if pending.source else []
            self._known(named, self.state.source_by_id, ["pending", n, "source"], "source")
        if self.state.status == "listed" and self.state.basis != "none":
            self._add(["basis"], "a state that is only listed has no basis", "write `basis: none`")
        if self.state.confidence == "high" and self.state.last_read is None:
            self._add(["confidence"], "high confidence without a primary source", "lower it, or add the source")

    def _rule(self, rule: Rule, at: Path, topics: set[str]) -> None:
        sources = self.state.source_by_id
        self._known([rule.source], sources, [*at, "source"], "source")
        if rule.confidence == "high" and rule.source in sources and sources[rule.source].kind != "primary":
            wrong = f"{rule.id} has high confidence, but its source is not the state's own text"
            self._add([*at, "confidence"], wrong, "lower it, or name the primary source")
        self._known(getattr(rule, "after", ()), self.ids, [*at, "after"], "rule")
        self._known([rule.replaced_by] if rule.replaced_by else [], self.ids, [*at, "replaced_by"], "rule")
        self._known(getattr(rule, "topics", ()), topics, [*at, "topics"], "topic")

    def _unique(self, placed: Iterable[tuple[str, Path]]) -> None:
        seen = set()
        for id_, at in placed:
            if id_ in seen:
                self._add(at, f"the id {id_} is used twice in the entry", "give one a new id")
            seen.add(id_)

    def _known(self, ids: Iterable[str], known: Iterable[str], at: Path, what: str) -> None:
        for id_ in sorted(set(ids) - set(known)):
            self._add(at, f"there is no {what} {id_} in the entry", "add it or correct the id")

    def _add(self, at: Path, wrong: str, remedy: str) -> None:
        self.problems.add(self.document.file, self.document.line([*self.at, *at]), wrong, remedy)


def _rules(state: Jurisdiction) -> Iterator[tuple[Rule, Path]]:
    """Yield every rule of the entry with its place in it."""
    yield from _placed(state.requirements, ["requirements"])
    stated: dict[str, tuple[Absence, ...] | tuple[Duty, ...]] = {"absences": state.absences, "duties": state.duties}
    for name, rules in stated.items():
        for n, rule in enumerate(rules):
            yield rule, [name, n]


def _circle(requirements: Sequence[Requirement]) -> list[str]:
    """Return the ids of rules that wait for each other, which nobody could ever judge."""
    try:
        TopologicalSorter(dict(_waiting(requirements, ()))).prepare()
    except CycleError as error:
        return sorted(set(error.args[1]))
    return []


def _waiting(requirements: Sequence[Requirement], outer: Sequence[str]) -> Iterator[tuple[str, set[str]]]:
    """Yield each rule's id with the ids to judge first: what it comes after, and the parts of a group."""
    for rule in requirements:
        first = [*outer, *rule.after]
        parts = rule.parts if isinstance(rule, Group) else ()
        yield rule.id, {*first, *(part.id for part in parts)}
        yield from _waiting(parts, first)


def _placed(requirements: Sequence[Requirement], at: Path) -> Iterator[tuple[Any, Path]]:
    for n, rule in enumerate(requirements):
        yield rule, [*at, n]
        if isinstance(rule, Group):
            yield from _placed(rule.parts, [*at, n, "parts"])

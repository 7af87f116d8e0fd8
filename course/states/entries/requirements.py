"""The requirements of a state that matter to the people licensed there, and what changed between two editions."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from course.content.base import digest_of
from course.content.schema.jurisdiction import Jurisdiction
from course.content.schema.law import Duty, Group, Rule
from course.platform.dates import long_date
from course.states.requirements import wording

ABSENT = "not on file"
ENDED = "no longer on file"
NOT_SUBSTANCE = {"id", "citation", "source", "confidence", "replaced_by"}


def requirements_of(state: Jurisdiction) -> dict[str, Any]:
    """Return the status and the rules of an entry by id, each with its label, its words and its substance.

    The substance is what the rule demands without how it is cited, so that a better citation changes nothing. Of a
    duty it has the text; the text of a requirement only repeats the typed values.
    """
    demand: dict[str, Any] = {
        "status": {"label": "status", "words": wording.STATUSES[state.status], "substance": state.status}
    }
    for rule in (*state.requirements, *state.duties):
        label = wording.label(rule).lower()
        demand[rule.id] = {"label": label, "words": in_words(rule), "substance": _substance(rule)}
    return demand


def digest(demand: Mapping[str, Any]) -> str:
    """Return a digest that differs whenever a requirement differs in substance."""
    return digest_of(*sorted(_substances(demand)))


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[list[str]]:
    """Return each difference in substance as [label, before, after], in words."""
    return list(_changes(before, after))


def in_words(rule: Rule) -> str:
    """Return what the rule demands, with the days on which it begins and ends if they are known."""
    parts = [wording.demanded(rule)]
    parts += [f"from {long_date(rule.valid_from)}"] if rule.valid_from else []
    parts += [f"until {long_date(rule.valid_to)}"] if rule.valid_to else []
    return ", ".join(parts)


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[list[str]]:
    old, new = _substances(before), _substances(after)
    for id_, rule in after.items():
        if _as_text(rule) not in old:
            yield [rule["label"], before[id_]["words"] if id_ in before else ABSENT, rule["words"]]
    for id_, rule in before.items():
        if id_ not in after and _as_text(rule) not in new:
            yield [rule["label"], rule["words"], ENDED]


def _substances(demand: Mapping[str, Any]) -> set[str]:
    return {_as_text(rule) for rule in demand.values()}


def _as_text(rule: Mapping[str, Any]) -> str:
    return json.dumps(rule["substance"], sort_keys=True)


def _substance(rule: Rule) -> dict[str, Any]:
    omitted = NOT_SUBSTANCE if isinstance(rule, Duty) else NOT_SUBSTANCE | {"text", "after"}
    data = rule.model_dump(mode="json", exclude=omitted, exclude_defaults=True)
    return data | {"parts": [_substance(part) for part in rule.parts]} if isinstance(rule, Group) else data

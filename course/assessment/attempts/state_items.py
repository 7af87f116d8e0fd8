"""Items about the jurisdictions that a learner is licensed in, with other states' values as distractors. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from course.content.base import Reference
from course.content.items.base import Item
from course.content.items.options import LetteredOption
from course.content.items.single import SingleItem
from course.content.schema.bank import StateItem
from course.content.schema.jurisdiction import Jurisdiction
from course.content.seeded import shuffled

DISTRACTOR_COUNT = 3
REFERENCE_ID = "STATE"


def items_for(
    codes: Iterable[str],
    patterns: Iterable[StateItem],
    states: Mapping[str, Jurisdiction],
    checked_on: Mapping[str, date],
    seed: str,
) -> list[Item]:
    """Return an item for each code and pattern whose fact is certain and has three different values elsewhere."""
    made = (
        _item(pattern, states[code], states, checked_on[code], f"{seed}/{code}/{pattern.id}")
        for pattern in patterns
        for code in codes
        if code in states
    )
    return [item for item in made if item]


def can_ask(state: Jurisdiction, fact: str) -> bool:
    """Return whether the fact is certain enough for an item: a source states it and no source contradicts it."""
    if state.confidence == "low" or value_of(state, fact) is None:
        return False
    contested = state.contested if state.contested is not None else (fact,) if state.conflicts else ()
    return fact not in contested


def _item(
    pattern: StateItem, state: Jurisdiction, states: Mapping[str, Jurisdiction], checked_on: date, seed: str
) -> Item | None:
    if not can_ask(state, pattern.fact):
        return None
    answer = _answer(pattern, value_of(state, pattern.fact))
    values = (value_of(other, pattern.fact) for other in states.values())
    others = {_answer(pattern, value) for value in values if value is not None}
    wrong = shuffled(others - {answer}, seed)[:DISTRACTOR_COUNT]
    if len(wrong) < DISTRACTOR_COUNT:
        return None
    texts = shuffled([answer, *wrong], f"{seed}/order")
    source = state.sources[0]
    return SingleItem(
        id=f"{pattern.id}-{state.code.lower()}",
        objective=pattern.objective,
        level=pattern.level,
        difficulty=pattern.difficulty,
        stem=pattern.stem.format(state=state.name),
        options=tuple(LetteredOption(id=letter, text=text) for letter, text in zip("abcd", texts, strict=True)),
        key=("abcd"[texts.index(answer)],),
        rationale=pattern.rationale.format(state=state.name, answer=answer) + f" [@{REFERENCE_ID}]",
        references=(REFERENCE_ID,),
        sources=(
            Reference(
                id=REFERENCE_ID,
                title=f"{state.name}: {state.citation}",
                source=f"{source.kind}; entry of the state pages, last checked {checked_on.isoformat()}",
                year=checked_on.year,
                url=source.url,
            ),
        ),
    )


def value_of(state: Jurisdiction, fact: str) -> Any:
    """Return the value at a dotted path of the state entry, such as "supervision.required"."""
    value: Any = state
    for step in fact.split("."):
        value = getattr(value, step)
    return value


def _answer(pattern: StateItem, value: Any) -> str:
    text = pattern.words.get(str(value)) or (f"{value:g}" if isinstance(value, (int, float)) else str(value))
    return pattern.answer.format(value=text)

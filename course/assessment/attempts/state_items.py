"""Items about the jurisdictions that a learner is licensed in, with other states' values as distractors. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from course.content.base import Reference
from course.content.items.base import Item
from course.content.items.options import LetteredOption
from course.content.items.single import SingleItem
from course.content.schema import law_facts
from course.content.schema.bank import StateItem
from course.content.schema.jurisdiction import Jurisdiction
from course.content.seeded import shuffled

DISTRACTOR_COUNT = 3
REFERENCE_ID = "STATE"


def items_for(
    codes: Iterable[str], patterns: Iterable[StateItem], states: Mapping[str, Jurisdiction], day: date, seed: str
) -> list[Item]:
    """Return an item for each code and pattern whose fact is certain and has three different values elsewhere."""
    made = (
        _item(pattern, states[code], states, day, f"{seed}/{code}/{pattern.id}")
        for pattern in patterns
        for code in codes
        if code in states
    )
    return [item for item in made if item]


def _item(
    pattern: StateItem, state: Jurisdiction, states: Mapping[str, Jurisdiction], day: date, seed: str
) -> Item | None:
    found = law_facts.stated(state, pattern.fact, day)
    if found is None or not law_facts.can_ask(state, pattern.fact, day):
        return None
    answer = _answer(pattern, found.value)
    others = {
        _answer(pattern, value) for other in states.values() for value in law_facts.mentioned(other, pattern.fact)
    }
    wrong = shuffled(others - {answer}, seed)[:DISTRACTOR_COUNT]
    if len(wrong) < DISTRACTOR_COUNT:
        return None
    texts = shuffled([answer, *wrong], f"{seed}/order")
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
                title=f"{state.name}: {found.citation}",
                source=f"{found.source.title}; read {found.source.read_on.isoformat()}",
                year=found.source.read_on.year,
                url=found.source.url,
            ),
        ),
    )


def _answer(pattern: StateItem, value: Any) -> str:
    text = pattern.words.get(str(value)) or (f"{value:g}" if isinstance(value, (int, float)) else str(value))
    return pattern.answer.format(value=text)

"""Rules that one piece of evidence meets, such as a credential or a passed examination."""

from collections.abc import Iterable

from course.content.schema.law import Requirement
from course.platform.dates import long_date
from course.states.requirements.case import Case
from course.states.requirements.judgment import Result, State
from course.states.requirements.tally import Item, certain, possible


def judge_single(rule: Requirement, case: Case, items: Iterable[Item], *, lacking: State, next_step: str) -> Result:
    """Return met if one item counts. `lacking`, `next_step`: the state and what to do if none does."""
    items = case.dated(rule, items)
    fitting = certain(items)
    unknown = possible(items)
    state = State.MET if fitting else State.UNKNOWN if unknown else lacking
    if fitting:
        next_step = ""
    elif unknown:
        next_step = f"Settle what is unknown: {unknown[0].why}"
    return Result(
        **case.header(rule),
        state=state,
        have=f"{fitting[0].what}, {long_date(fitting[0].on)}" if fitting else "Nothing that counts",
        counted=tuple(item.counted for item in fitting),
        not_counted=tuple(item.not_counted for item in items if not item.counts),
        next_step=next_step,
        met_on=fitting[0].on if fitting else None,
    )

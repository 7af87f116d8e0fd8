"""Requirements that belong together: every one of them, or one of them."""

from course.content.schema.law import Group
from course.states.requirements.case import Case
from course.states.requirements.judgment import Result, State


def judge(rule: Group, case: Case) -> Result:
    """Return the worst part of `all_of`, the best of `any_of`; the order of the states is the logic."""
    parts = tuple(case.result(part) for part in case.in_force(rule.parts))
    is_choice = rule.kind == "any_of"
    state = (max if is_choice else min)(part.state for part in parts)
    met = [part for part in parts if part.state is State.MET]
    days = [part.met_on for part in met if part.met_on]
    steps = [part.next_step for part in parts if part.next_step]
    return Result(
        **case.header(rule),
        state=state,
        have=f"{len(met)} of {len(parts)} met",
        next_step="" if state is State.MET else (" Or: " if is_choice else " ").join(steps),
        met_on=(min if is_choice else max)(days, default=None) if state is State.MET else None,
        parts=parts,
    )

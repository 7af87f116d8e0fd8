"""A paper to send."""

from dataclasses import replace
from datetime import date, timedelta

from course.content.schema.law import Filing
from course.platform.dates import long_date
from course.states.requirements.case import Case
from course.states.requirements.judgment import Result, State
from course.states.requirements.kinds.single import judge_single
from course.states.requirements.tally import Item
from course.states.requirements.wording import EVENTS, counted


def judge(rule: Filing, case: Case) -> Result:
    """Return met if the paper was sent in time, and otherwise the last day to send it."""
    is_seen, event = _event(rule, case)
    due_on = event + timedelta(days=rule.within_days) if event and rule.within_days is not None else None
    late = f"It was sent after the deadline of {long_date(due_on)}." if due_on else ""
    items = [
        Item(what=f"Sent to {rule.to_whom}", on=filed.filed_on, proof=case.proof(filed)).checked(
            (due_on is None or filed.filed_on <= due_on, late),
            (True if is_seen else None, "The day from which the deadline runs is unknown."),
        )
        for filed in case.evidence.filings
        if filed.jurisdiction == case.code and filed.requirement == rule.id
    ]
    result = judge_single(rule, case, items, lacking=State.OPEN, next_step=_next_step(rule, due_on, case))
    return result if result.state is State.MET else replace(result, due_on=due_on)


def _event(rule: Filing, case: Case) -> tuple[bool, date | None]:
    """Return whether it is known when the deadline begins to run, and the day if it is past."""
    if rule.within_days is None:
        return True, None
    if rule.event == "first_license":
        held = [one.first_licensed for one in case.evidence.licenses if one.jurisdiction == case.code]
        return None not in held, min((day for day in held if day), default=None)
    if rule.event == "training_completed":
        results = [case.result(one) for one in case.training_rules(rule)]
        state = min((result.state for result in results), default=State.UNKNOWN)
        days = [result.met_on for result in results if result.met_on]
        return state is not State.UNKNOWN, max(days, default=None) if state is State.MET else None
    return True, None


def _next_step(rule: Filing, due_on: date | None, case: Case) -> str:
    what = f"Send this to {rule.to_whom}: {rule.what}"
    form = f" (form {rule.form})" if rule.form else ""
    if due_on is None:
        days = f"within {counted(rule.within_days, 'day')}, " if rule.within_days is not None else ""
        return f"{what}{form}, {days}{EVENTS[rule.event]}."
    if due_on < case.day:
        return f"{what}{form}. The deadline of {long_date(due_on)} has passed: ask the board what to do."
    return f"{what}{form} by {long_date(due_on)}."

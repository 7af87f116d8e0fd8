"""Approval of the training."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from course.content.schema.law import Approval, Group, Hours, Requirement
from course.states.requirements.approvers import is_approved, names
from course.states.requirements.case import Case
from course.states.requirements.evidence import Training
from course.states.requirements.judgment import Counted, NotCounted, Result, State
from course.states.requirements.kinds.hours import ANY_TRAINING


def judge(rule: Approval, case: Case) -> Result:
    """Return met if approved training alone is enough for the hours that the rule is about."""
    found = [(one, is_approved(rule, one)) for one in case.evidence.training if one.completed_on <= case.day]
    approved = [one for one, is_one in found if is_one]
    state, met_on = _enough(rule, case, approved)
    if state is not State.MET:
        best, _ = _enough(rule, case, [one for one, is_one in found if is_one is not False])
        state, met_on = State.UNKNOWN if best >= State.UNKNOWN else State.OPEN, None
    return Result(
        **case.header(rule),
        state=state,
        have=f"{len(approved)} of {len(found)} approved" if found else "No training yet",
        counted=tuple(
            Counted(one.title, f"approved by {names(rule.by, one.approvals)}", case.proof(one)) for one in approved
        ),
        not_counted=tuple(NotCounted(one.title, _why(rule, is_one)) for one, is_one in found if not is_one),
        next_step=_next_step(rule, state),
        met_on=met_on,
    )


def _enough(rule: Approval, case: Case, training: Sequence[Training]) -> tuple[State, date | None]:
    """Return whether this training alone is enough, and since when. Where no number was seen, any training is."""
    if not training:
        return State.OPEN, None
    only = replace(case, evidence=replace(case.evidence, training=tuple(training)), has_order=False, results={})
    results = [only.result(_with_number(one)) for one in case.training_rules(rule) or (ANY_TRAINING,)]
    days = [result.met_on for result in results if result.met_on]
    return min(result.state for result in results), max(days, default=None)


def _with_number(rule: Requirement) -> Requirement:
    if isinstance(rule, Group):
        return rule.model_copy(update={"parts": tuple(_with_number(part) for part in rule.parts)})
    return rule.model_copy(update={"any_number": rule.hours is None}) if isinstance(rule, Hours) else rule


def _why(rule: Approval, approved: bool | None) -> str:
    if approved is None:
        return f"No approval by {names(rule.by)} is on record. It counts only if the board accepts it."
    return "It was approved only after the training."


def _next_step(rule: Approval, state: State) -> str:
    if state is State.MET:
        return ""
    if state is State.UNKNOWN:
        return f"Ask the provider or the board whether your training is approved by {names(rule.by)}."
    return f"Take training that is approved by {names(rule.by)}."

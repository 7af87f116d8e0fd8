"""Whether training has an approval that a rule asks for."""

from collections.abc import Container, Iterable

from course.content.schema.law import Approval
from course.states.requirements.evidence import Training

ABBREVIATIONS = {"apta", "capte", "fpta", "fsbpt"}


def is_approved(rule: Approval, training: Training) -> bool | None:
    """Return whether one of the rule's approvers approved the training; None if no such approval is on record.

    False only if every approval on record came after the training where the rule wants it before.
    """
    found = [training.approvals[one] for one in rule.by if one in training.approvals]
    if not found:
        return None
    if not rule.before_training or any(day and day <= training.completed_on for day in found):
        return True
    return None if None in found else False


def names(approvers: Iterable[str], only: Container[str] | None = None) -> str:
    """Return the approvers in words, or those of them that are in `only`."""
    chosen = [one for one in approvers if only is None or one in only]
    return " or ".join(_name(one) for one in chosen)


def _name(approver: str) -> str:
    """Return an id in words; two letters at its beginning are a state, as in `ks-board`."""
    first, *rest = approver.split("-")
    return " ".join([first.upper() if first in ABBREVIATIONS or len(first) == 2 else first, *rest])

"""A signed determination of competence."""

from course.content.schema.law import Determination
from course.states.requirements.case import Case
from course.states.requirements.judgment import Result, State
from course.states.requirements.kinds.single import judge_single
from course.states.requirements.tally import Item


def judge(rule: Determination, case: Case) -> Result:
    """Return met if somebody of the right role signed that the person is competent."""
    items = [
        Item(what=f"Signed by {signed.name}, {signed.by}", on=signed.on, proof=case.proof(signed)).checked(
            (rule.by in (signed.by, "either"), f"It was signed by the {signed.by}, not the {rule.by}.")
        )
        for signed in case.evidence.determinations
    ]
    signer = "instructor or supervisor" if rule.by == "either" else rule.by
    next_step = f"Ask your {signer} to sign that you are competent."
    return judge_single(rule, case, items, lacking=State.CANNOT_ONLINE, next_step=next_step)

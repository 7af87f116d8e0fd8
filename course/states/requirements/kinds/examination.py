"""An examination of the training."""

from course.content.schema.law import Examination
from course.states.requirements.case import Case
from course.states.requirements.evidence import PassedExamination
from course.states.requirements.judgment import Result, State
from course.states.requirements.kinds.single import judge_single
from course.states.requirements.tally import Check, Item
from course.states.requirements.wording import demanded

# A rule that wants a check of skill without setting its form is met by a practical examination too.
FORMS = {"written": {"written"}, "practical": {"practical"}, "competency": {"competency", "practical"}}


def judge(rule: Examination, case: Case) -> Result:
    """Return met if an examination of this form was passed, in person and with the pass mark where that matters."""
    items = [
        Item(what=passed.title, on=passed.on, proof=case.proof(passed), amount=_score(passed)).checked(
            (passed.form in FORMS[rule.form], f"It is a {passed.form} examination."),
            (passed.in_person or not rule.in_person, "It was not in person."),
            _mark(rule, passed),
        )
        for passed in case.evidence.examinations
    ]
    is_hands_on = rule.form != "written" or bool(rule.in_person)
    lacking = State.CANNOT_ONLINE if is_hands_on else State.OPEN
    return judge_single(rule, case, items, lacking=lacking, next_step=f"Pass this: {demanded(rule).lower()}.")


def _score(passed: PassedExamination) -> str:
    return "passed" if passed.percent is None else f"{passed.percent}%"


def _mark(rule: Examination, passed: PassedExamination) -> Check:
    if rule.pass_mark is None:
        return True, ""
    if passed.percent is None:
        return None, "Its score is not on record."
    return passed.percent >= rule.pass_mark, f"The score is {passed.percent}%; the pass mark is {rule.pass_mark}%."

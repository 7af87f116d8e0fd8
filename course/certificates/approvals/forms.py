import re
from collections.abc import Collection
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError

from course.certificates.approvals.coverage import Offering
from course.certificates.approvals.models import Approval
from course.content.schema.hours import Mode
from course.platform.fields import DateField, IntegerField

MAX_MINUTES = 60_000


def _minutes(label: str) -> IntegerField:
    return IntegerField(
        label, [InputRequired("Enter the minutes, or 0 if there are none."), NumberRange(0, MAX_MINUTES)]
    )


class ApprovalForm(FlaskForm):
    """The terms in the approver's letter. `content_hash`: of the course that was shown with the form."""

    content_hash = HiddenField("Course")
    approver = StringField(
        "Approver",
        [DataRequired("Enter who approved the course."), Length(max=200)],
        description="Name of the board, or of the organization that approves for it.",
    )
    number = StringField(
        "Approval number", [DataRequired("Enter the number."), Length(max=80)], description="Exactly as in the letter."
    )
    states = StringField(
        "States",
        [DataRequired("Enter the states it applies in."), Length(max=250)],
        description="Two-letter codes, separated by commas: TX, NV.",
    )
    self_paced_online = _minutes("Approved minutes, self-paced online")
    live_online = _minutes("Approved minutes, live online")
    in_person = _minutes("Approved minutes, in person")
    speakers = TextAreaField(
        "Approved speakers", [Length(max=2000)], description="One per line. Leave empty for a self-paced course."
    )
    first_day = DateField("First day", [DataRequired("Enter the first day.")])
    last_day = DateField("Last day", [DataRequired("Enter the last day.")])

    def __init__(self, course: Offering, state_codes: Collection[str], like: Approval | None) -> None:
        super().__init__(data=_initial_values(course, like))
        self.course = course
        self.state_codes = state_codes

    def validate_content_hash(self, field: HiddenField) -> None:
        if field.data != self.course.content_hash:
            raise ValidationError("The course has changed since you opened this form. Review it, then submit again.")

    def validate_states(self, _field: StringField) -> None:
        if unknown := [code for code in self.codes if code not in self.state_codes]:
            raise ValidationError(f"There is no state {', '.join(unknown)}. Use two-letter codes such as TX.")

    def validate_last_day(self, field: DateField) -> None:
        if field.data and self.first_day.data and field.data < self.first_day.data:
            raise ValidationError("The last day is before the first day.")

    @property
    def codes(self) -> list[str]:
        return list(dict.fromkeys(re.findall(r"[^\s,;]+", (self.states.data or "").upper())))

    def values(self) -> dict[str, Any]:
        lines = (self.speakers.data or "").splitlines()
        return {
            "approver": " ".join(self.approver.data.split()),
            "number": self.number.data.strip(),
            "states": self.codes,
            "speakers": [" ".join(line.split()) for line in lines if line.strip()],
            "minutes": {mode.value: self[mode.value].data for mode in Mode},
            "first_day": self.first_day.data,
            "last_day": self.last_day.data,
        }


def _initial_values(course: Offering, like: Approval | None) -> dict[str, Any]:
    """Return the course's own facts, or those of the approval that is recorded again."""
    if like is None:
        facts: dict[str, Any] = {"speakers": course.instructor or "", **course.minutes}
    else:
        facts = {
            "approver": like.approver,
            "number": like.number,
            "states": ", ".join(like.states),
            "speakers": "\n".join(like.speakers),
            "first_day": like.first_day,
            "last_day": like.last_day,
            **like.minutes,
        }
    return facts | {"content_hash": course.content_hash}


class WithdrawForm(FlaskForm):
    first_day = DateField(
        "Withdrawn from",
        [DataRequired("Enter the first day without approval.")],
        description="If it was recorded by mistake, enter its first day.",
    )
    with_others = BooleanField("Also withdraw the other records of this number", default=True)
    why = TextAreaField(
        "Reason", [DataRequired("Enter a reason."), Length(max=1000)], description="Recorded in the audit log."
    )

    def __init__(self, approval: Approval, today: date) -> None:
        super().__init__(data={"first_day": min(max(today, approval.first_day), approval.last_day)})
        self.approval = approval

    def validate_first_day(self, field: DateField) -> None:
        if field.data and not self.approval.first_day <= field.data <= self.approval.last_day:
            raise ValidationError("Enter a day between its first and its last day.")

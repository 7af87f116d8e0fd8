from typing import Any

from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from course.platform.fields import DateField


class InstructorForm(FlaskForm):
    reason = TextAreaField(
        "Reason", [DataRequired("Give a reason."), Length(max=500)], description="Kept in the audit log."
    )


class QualificationForm(FlaskForm):
    name = StringField(
        "Qualification",
        [DataRequired("Enter what the person holds."), Length(max=200)],
        description="For example: physical therapist license. A renewal has the same name and issuer.",
    )
    issuer = StringField("Issued by", [DataRequired("Enter who issued it."), Length(max=200)])
    number = StringField("Number (optional)", [Length(max=100)])
    first_day = DateField("Valid from", [DataRequired("Enter the first day.")])
    expires_on = DateField(
        "Expires on (optional)",
        [Optional()],
        description="The last day on which it is valid. Leave it empty if the qualification does not expire.",
    )

    def validate_expires_on(self, field: DateField) -> None:
        if field.data and self.first_day.data and field.data < self.first_day.data:
            raise ValidationError("Enter a day that is not before the first day.")

    def values(self) -> dict[str, Any]:
        texts = {name: " ".join((self[name].data or "").split()) for name in ("name", "issuer", "number")}
        days = {"first_day": self.first_day.data, "expires_on": self.expires_on.data}
        return texts | {"number": texts["number"] or None} | days


class WithdrawalForm(FlaskForm):
    reason = TextAreaField("Why it was recorded in error", [DataRequired("Give a reason."), Length(max=500)])

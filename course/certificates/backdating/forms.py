from datetime import date

from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from course.certificates.backdating import backdating_rule
from course.platform.fields import DateField


class BackdatingForm(FlaskForm):
    issue_on = DateField("Date of issue", [DataRequired("Enter a date.")])
    reason = TextAreaField(
        "Reason",
        [DataRequired("Explain why the certificate was not issued on that date."), Length(max=1000)],
        description="The second administrator and auditors read this.",
    )

    def __init__(self, completed_on: date, today: date) -> None:
        super().__init__()
        self.completed_on, self.today = completed_on, today

    def validate_issue_on(self, field: DateField) -> None:
        if field.data and (fault := backdating_rule.fault(field.data, self.completed_on, self.today)):
            raise ValidationError(fault)

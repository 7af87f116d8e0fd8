from datetime import date

from flask_wtf import FlaskForm
from wtforms import DateField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from course.certificates.backdating import backdating_rule


class AskForm(FlaskForm):
    issue_on = DateField("Date that it is to bear", [DataRequired("Enter the date.")])
    reason = TextAreaField(
        "Reason",
        [DataRequired("Say why it could not be issued then."), Length(max=1000)],
        description="The second administrator reads this, and so does an auditor.",
    )

    def __init__(self, completed_on: date, today: date) -> None:
        super().__init__()
        self.completed_on, self.today = completed_on, today

    def validate_issue_on(self, field: DateField) -> None:
        if field.data and (fault := backdating_rule.fault(field.data, self.completed_on, self.today)):
            raise ValidationError(fault)

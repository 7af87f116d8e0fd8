from datetime import date

from flask_wtf import FlaskForm
from wtforms import DateField, SelectField
from wtforms.validators import InputRequired, ValidationError

from course.reporting.records.question import Question


class PacketForm(FlaskForm):
    """A course and the days between which it was completed."""

    course = SelectField("Course")
    first = DateField("Completed from", [InputRequired("Choose the first day.")])
    last = DateField("Completed until", [InputRequired("Choose the last day.")])

    def validate_last(self, field: DateField) -> None:
        if isinstance(self.first.data, date) and isinstance(field.data, date) and field.data < self.first.data:
            raise ValidationError("The last day lies before the first.")

    @property
    def question(self) -> Question:
        return Question(self.course.data, self.first.data, self.last.data)

from datetime import date

from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.validators import InputRequired, ValidationError

from course.platform.fields import DateField
from course.reporting.records.packet_request import PacketRequest


class PacketForm(FlaskForm):
    """A course and the period in which it was completed."""

    course = SelectField("Course")
    first = DateField("Completed from", [InputRequired("Enter the first day.")])
    last = DateField("Completed through", [InputRequired("Enter the last day.")])

    def validate_last(self, field: DateField) -> None:
        if isinstance(self.first.data, date) and isinstance(field.data, date) and field.data < self.first.data:
            raise ValidationError("The last day is before the first. Enter a later one.")

    @property
    def packet_request(self) -> PacketRequest:
        return PacketRequest(self.course.data, self.first.data, self.last.data)

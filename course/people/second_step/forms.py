"""The form of the second step."""

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, ValidationError

from course.people.factors import one_time_code, recovery_code


class CodeForm(FlaskForm):
    """A code of the authenticator app, or a recovery code. They have different shapes, so one field takes both."""

    code = StringField("Code", [DataRequired("Enter a code.")])

    def validate_code(self, field: StringField) -> None:
        text = field.data or ""
        if not recovery_code.is_shaped(text) and not one_time_code.is_shaped(text):
            raise ValidationError("Enter the six digits that the app shows, or a recovery code of 12 characters.")

from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange


class AnswerForm(FlaskForm):
    """A choice by the options' letters, and the page's count of this item's answers. The verb knows the options."""

    choice = SelectMultipleField("Answer", validate_choice=False)
    serial = IntegerField(validators=[InputRequired(), NumberRange(1, 1_000_000)])

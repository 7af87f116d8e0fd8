from typing import Any

from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from course.catalog.content import Check


class OneForm(FlaskForm):
    choice = RadioField("Answer", [DataRequired("Choose one answer.")])

    def chosen(self) -> set[str]:
        return {self.choice.data}


class ManyForm(FlaskForm):
    choice = SelectMultipleField(
        "Answer", [DataRequired("Choose at least one answer.")],
        widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(),
    )  # fmt: skip

    def chosen(self) -> set[str]:
        return set(self.choice.data)


def form_of(check: Check, **kwargs: Any) -> OneForm | ManyForm:
    form = OneForm(**kwargs) if check.type == "single" else ManyForm(**kwargs)
    form.choice.choices = [SelectChoice(option.id, option.text) for option in check.options]
    return form


class BeaconForm(FlaskForm):
    seconds = IntegerField(validators=[InputRequired(), NumberRange(0, 3600)])
    place = StringField(validators=[Length(max=80), Regexp(r"^[A-Za-z0-9_-]*$")])

from typing import Any

from flask_wtf import FlaskForm
from wtforms import FloatField, IntegerField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Regexp, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from course.content.figures.cross_section import Placement
from course.content.schema.knowledge_check import KnowledgeCheck, NeedleCheck


class OneForm(FlaskForm):
    choice = RadioField("Answer", [DataRequired("Choose one answer.")])

    def given(self) -> set[str]:
        return {self.choice.data}


class ManyForm(FlaskForm):
    choice = SelectMultipleField(
        "Answer",
        [DataRequired("Choose at least one answer.")],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def given(self) -> set[str]:
        return set(self.choice.data)


class NeedleForm(FlaskForm):
    """Where the needle goes in, at which angle and how deep, in numbers: what dragging it sets, too."""

    entry = FloatField("Entry, mm from the left edge", [InputRequired("Say where the needle goes in.")])
    angle = FloatField(
        "Angle in degrees, 0 is straight down",
        [InputRequired("Give the angle."), NumberRange(-85, 85, "The angle lies between -85 and 85 degrees.")],
    )
    depth = FloatField(
        "Depth along the needle in mm",
        [InputRequired("Give the depth."), NumberRange(0, 200, "The depth lies between 0 and 200 mm.")],
    )

    def __init__(self, check: NeedleCheck, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.width = check.section.width

    def validate_entry(self, field: FloatField) -> None:
        if field.data is None or not 0 <= field.data <= self.width:
            raise ValidationError(f"The needle goes in between 0 and {self.width:g} mm.")

    def given(self) -> Placement:
        return Placement(entry=self.entry.data, angle=self.angle.data, depth=self.depth.data)


def form_of(check: KnowledgeCheck | NeedleCheck, **kwargs: Any) -> OneForm | ManyForm | NeedleForm:
    if isinstance(check, NeedleCheck):
        return NeedleForm(check, **kwargs)
    form = OneForm(**kwargs) if check.type == "single" else ManyForm(**kwargs)
    form.choice.choices = [SelectChoice(option.id, option.text) for option in check.options]
    return form


class BeaconForm(FlaskForm):
    seconds = IntegerField(validators=[InputRequired(), NumberRange(0, 3600)])
    place = StringField(validators=[Length(max=80), Regexp(r"^[A-Za-z0-9_-]*$")])


class FeedbackForm(FlaskForm):
    helpful = RadioField(
        "Was this section helpful?",
        [DataRequired("Say yes or no.")],
        choices=[SelectChoice("yes", "Yes"), SelectChoice("no", "No")],
    )
    comment = TextAreaField("What should be better?", [Length(max=2000)], description="May be left empty.")

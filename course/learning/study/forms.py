"""Forms of the section pages: knowledge checks, the time beacon and feedback."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Regexp, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from course.content.figures.cross_section import Placement
from course.content.schema.knowledge_check import KnowledgeCheck, NeedleCheck
from course.platform.fields import FloatField, IntegerField


class SingleChoiceForm(FlaskForm):
    """A knowledge check with one correct option."""

    choice = RadioField("Answer", [DataRequired("Choose one answer.")])

    def given(self) -> set[str]:
        return {self.choice.data}


class MultipleChoiceForm(FlaskForm):
    """A knowledge check with any number of correct options."""

    choice = SelectMultipleField(
        "Answer",
        [DataRequired("Choose at least one answer.")],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def given(self) -> set[str]:
        return set(self.choice.data)


class NeedleForm(FlaskForm):
    """Entry point, angle and depth of a needle as numbers. Dragging the needle sets the same fields."""

    entry = FloatField("Entry, mm from the left edge", [InputRequired("Enter the entry point.")])
    angle = FloatField(
        "Angle in degrees, 0 is straight down",
        [InputRequired("Enter the angle."), NumberRange(-85, 85, "Enter an angle between -85 and 85 degrees.")],
    )
    depth = FloatField(
        "Depth along the needle in mm",
        [InputRequired("Enter the depth."), NumberRange(0, 200, "Enter a depth between 0 and 200 mm.")],
    )

    def __init__(self, check: NeedleCheck, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.width = check.section.width

    def validate_entry(self, field: FloatField) -> None:
        if field.data is None or not 0 <= field.data <= self.width:
            raise ValidationError(f"Enter an entry point between 0 and {self.width:g} mm.")

    def given(self) -> Placement:
        return Placement(entry=self.entry.data, angle=self.angle.data, depth=self.depth.data)


def form_of(check: KnowledgeCheck | NeedleCheck, **kwargs: Any) -> SingleChoiceForm | MultipleChoiceForm | NeedleForm:
    """Return the form of a knowledge check."""
    if isinstance(check, NeedleCheck):
        return NeedleForm(check, **kwargs)
    form = SingleChoiceForm(**kwargs) if check.type == "single" else MultipleChoiceForm(**kwargs)
    form.choice.choices = [SelectChoice(option.id, option.text) for option in check.options]
    return form


class BeaconForm(FlaskForm):
    """The active seconds since the last beacon, and the heading last on screen."""

    seconds = IntegerField(validators=[InputRequired(), NumberRange(0, 3600)])
    place = StringField(validators=[Length(max=80), Regexp(r"^[A-Za-z0-9_-]*$")])


class FeedbackForm(FlaskForm):
    helpful = RadioField(
        "Was this section helpful?",
        [DataRequired("Choose yes or no.")],
        choices=[SelectChoice("yes", "Yes"), SelectChoice("no", "No")],
    )
    comment = TextAreaField("What could be better?", [Length(max=2000)], description="Optional.")

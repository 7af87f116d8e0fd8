from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from course.platform.fields import IntegerField


class ReplyForm(FlaskForm):
    reply = TextAreaField(
        "Answer",
        [DataRequired("Enter an answer."), Length(max=2000)],
        description="What you found and what you changed. The learner gets it by email, and it stays with the item.",
    )


class OpenPanelForm(FlaskForm):
    assessment = SelectField("Assessment", [DataRequired("Choose an assessment.")])


class RatingsForm(FlaskForm):
    """A page of the worksheet. `of` adds a field for each of its items, named after the item's id."""

    round = IntegerField(validators=[InputRequired()], widget=HiddenInput())

    @classmethod
    def of(cls, items: Sequence[str]) -> type["RatingsForm"]:
        question = "How many of 100 barely competent therapists answer it correctly?"
        fields = {f"rating-{id_}": _rating(f"{question} ({id_})") for id_ in items}
        return type("RatingsPage", (cls,), fields)

    def ratings(self) -> dict[str, int]:
        """Return the ratings that were filled in, by item."""
        prefix = "rating-"
        return {f.name.removeprefix(prefix): f.data for f in self if f.name.startswith(prefix) and f.data is not None}


def _rating(label: str) -> IntegerField:
    return IntegerField(label, [Optional(), NumberRange(0, 100, "Enter a whole number from 0 to 100.")])

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput


class ReplyForm(FlaskForm):
    reply = TextAreaField(
        "Answer",
        [DataRequired("Write what was found."), Length(max=2000)],
        description="What was found and what was done. It closes the report and stays beside the item.",
    )


class OpenPanelForm(FlaskForm):
    assessment = SelectField("Assessment", [DataRequired("Choose an assessment.")])


class RatingsForm(FlaskForm):
    """A page of the worksheet. `of` adds a field for each of its items, in whose name the item's id is."""

    round = IntegerField(validators=[InputRequired()], widget=HiddenInput())

    @classmethod
    def of(cls, items: Sequence[str]) -> type["RatingsForm"]:
        fields = {f"rating-{id_}": _rating(f"Out of 100 barely competent therapists ({id_})") for id_ in items}
        return type("RatingsPage", (cls,), fields)

    def ratings(self) -> dict[str, int]:
        """Item -> rating, of those that were filled in."""
        prefix = "rating-"
        return {f.name.removeprefix(prefix): f.data for f in self if f.name.startswith(prefix) and f.data is not None}


def _rating(label: str) -> IntegerField:
    return IntegerField(label, [Optional(), NumberRange(0, 100, "Write a whole number from 0 to 100.")])

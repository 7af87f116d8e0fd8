from collections.abc import Sequence
from datetime import UTC, datetime

from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from course.content.items.base import Answer, Fields, Item, NotAnAnswer
from course.platform.fields import IntegerField
from course.platform.web import Refused

MAX_SERIAL = 1_000_000
PAGE_OUT_OF_DATE = "This page could not be read as an answer. Reload the page and answer again."


class NotAnOption(Refused):
    """The fields of a form can't be an answer to the item. `draft` is what can be shown of them again."""

    status = 422
    message = "Choose one of the answers shown."

    def __init__(self, message: str | None = None, draft: Answer = None) -> None:
        super().__init__(message)
        self.draft = draft


def answer_in(fields: Fields, name: str, item: Item, order: Sequence[str]) -> Answer:
    """Return the answer to the item in the fields whose names begin with `name`. Raise NotAnOption."""
    try:
        return item.read(fields, name, order)
    except NotAnAnswer as fault:
        raise NotAnOption(str(fault), fault.draft) from None


class SaveForm(FlaskForm):
    """What comes with an answer: the page's count of this item's answers, the seconds on it, and when it was given."""

    serial = IntegerField(validators=[InputRequired(), NumberRange(1, MAX_SERIAL)])
    spent = IntegerField(validators=[Optional(), NumberRange(0, 86_400)])
    given = IntegerField(validators=[Optional(), NumberRange(0, 99_999_999_999_999)])  # ms since 1970

    class Meta:
        csrf = False  # the token of every POST is checked before the view; an answer's form shows none of its own

    def given_at(self) -> datetime | None:
        return datetime.fromtimestamp(self.given.data / 1000, UTC) if self.given.data else None


class ReportForm(FlaskForm):
    text = TextAreaField(
        "Problem",
        [DataRequired("Describe the problem in a few words."), Length(max=2000)],
        description="For example: two answers are correct, the source says something else, the figure can't be read.",
    )


class AccommodationForm(FlaskForm):
    extra_percent = IntegerField(
        "Extra time, in percent",
        [InputRequired("Enter 0 for no extra time."), NumberRange(0, 300, "Enter a number from 0 to 300.")],
        description="Added to every time limit: 50 turns 60 minutes into 90.",
        default=0,
    )
    untimed = BooleanField("No time limit")
    extra_attempts = IntegerField(
        "Extra attempts",
        [InputRequired("Enter 0 for no extra attempts."), NumberRange(0, 20, "Enter a number from 0 to 20.")],
        description="Added to the attempts that each assessment allows.",
        default=0,
    )
    note = StringField(
        "Reason",
        [DataRequired("Enter the reason."), Length(max=500)],
        description="Why it was granted, and where the paperwork is kept. Only administrators see it. No diagnosis.",
    )

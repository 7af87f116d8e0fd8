from datetime import UTC, datetime

from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

LAST_SERIAL = 1_000_000


class SaveForm(FlaskForm):
    """What goes with an answer: the page's count of this item's answers, seconds on it, and when it was given."""

    serial = IntegerField(validators=[InputRequired(), NumberRange(1, LAST_SERIAL)])
    spent = IntegerField(validators=[Optional(), NumberRange(0, 86_400)])
    given = IntegerField(validators=[Optional(), NumberRange(0, 99_999_999_999_999)])  # ms since 1970

    class Meta:
        csrf = False  # the token of every POST is checked before the view; an answer's form shows none of its own

    def given_at(self) -> datetime | None:
        return datetime.fromtimestamp(self.given.data / 1000, UTC) if self.given.data else None


class ReportForm(FlaskForm):
    text = TextAreaField(
        "What is wrong with it?", [DataRequired("Say in a few words what is wrong."), Length(max=2000)]
    )


class AccommodationForm(FlaskForm):
    extra_percent = IntegerField(
        "Extra time in per cent",
        [InputRequired("Write 0 for none."), NumberRange(0, 300, "From 0 to 300.")],
        description="Of every time limit, on top of it. 50 makes 90 minutes of 60.",
        default=0,
    )
    untimed = BooleanField("No time limit at all")
    extra_attempts = IntegerField(
        "Extra attempts",
        [InputRequired("Write 0 for none."), NumberRange(0, 20, "From 0 to 20.")],
        description="At every assessment, beyond those of the course file.",
        default=0,
    )
    note = StringField(
        "Reason, for administrators",
        [DataRequired("Say on what grounds."), Length(max=500)],
        description="On what grounds it was granted, and where the paper is kept. No diagnosis.",
    )

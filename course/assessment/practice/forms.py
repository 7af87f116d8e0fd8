from datetime import datetime

from flask_wtf import FlaskForm
from wtforms.validators import InputRequired, NumberRange

from course.platform.fields import IntegerField


class RecallForm(FlaskForm):
    """What comes with an answer: the card's count of answers, and when the page was made, in seconds since 1970."""

    serial = IntegerField(validators=[InputRequired(), NumberRange(1, 1_000_000)])
    shown = IntegerField(validators=[InputRequired(), NumberRange(0, 99_999_999_999)])

    def seconds(self, now: datetime) -> int:
        """Return how long the page was open."""
        return int(now.timestamp()) - int(self.shown.data)

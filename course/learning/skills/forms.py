"""What instructors sign, what learners answer to it, and what ends a determination."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import UUID, AnyOf, DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from course.platform.fields import IntegerField

MAX_NOTE_LENGTH = 1000


class CountersignForm(FlaskForm):
    sign_offs = SelectMultipleField(
        "Sign-offs",
        [InputRequired("Select the sign-offs that you agree with.")],
        widget=ListWidget(),
        option_widget=CheckboxInput(),
    )

    @classmethod
    def of(cls, waiting: Sequence[tuple[uuid.UUID, str]]) -> "CountersignForm":
        """Return the form for sign-offs with these codes and labels."""
        form = cls()
        form.sign_offs.choices = [(str(code), label) for code, label in waiting]
        return form


class ContestForm(FlaskForm):
    note = TextAreaField(
        "What you disagree with",
        [DataRequired("Say what you disagree with."), Length(max=MAX_NOTE_LENGTH)],
        description="The instructor gets your note by email. It stays with the sign-off.",
    )


class AnnulForm(FlaskForm):
    reason = TextAreaField(
        "Reason",
        [DataRequired("Give a reason."), Length(max=MAX_NOTE_LENGTH)],
        description="The learner gets it by email. It stays with the determination.",
    )


class SignOffForm(FlaskForm):
    """What an instructor saw of one attempt. `code`, `given` and `instructor` come from the page on the device.

    `given`: when it was signed, in milliseconds since 1970; empty without a script.
    """

    code = StringField(validators=[InputRequired(), UUID()])
    person = StringField(validators=[InputRequired(), UUID()])
    instructor = StringField(validators=[InputRequired(), UUID()])
    digest = StringField(validators=[InputRequired()])
    steps = SelectMultipleField(coerce=int, validate_choice=False)
    errors_seen = SelectMultipleField(coerce=int, validate_choice=False)
    note = TextAreaField("Note", [Length(max=MAX_NOTE_LENGTH)])
    result = StringField(validators=[AnyOf(["passed", "failed"])])
    given = IntegerField(validators=[Optional(), NumberRange(0, 99_999_999_999_999)])

    class Meta:
        csrf = False  # the token of every POST is checked before the view

    def given_at(self) -> datetime | None:
        return datetime.fromtimestamp(self.given.data / 1000, UTC) if self.given.data else None


class DeterminationForm(FlaskForm):
    result = RadioField("Determination", [InputRequired("Choose a statement.")])
    note = TextAreaField("Note", [Length(max=MAX_NOTE_LENGTH)], description="Optional. It is part of the record.")
    observed = BooleanField(
        "I observed this learner in person, and I sign this statement electronically",
        [DataRequired("Confirm that you observed the learner.")],
    )

"""What learners answer to sign-offs, and what ends a determination."""

from collections.abc import Sequence
from uuid import UUID

from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

MAX_NOTE_LENGTH = 1000


class CountersignForm(FlaskForm):
    sign_offs = SelectMultipleField(
        "Sign-offs",
        [InputRequired("Select the sign-offs that you agree with.")],
        widget=ListWidget(),
        option_widget=CheckboxInput(),
    )

    @classmethod
    def of(cls, waiting: Sequence[tuple[UUID, str]]) -> "CountersignForm":
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

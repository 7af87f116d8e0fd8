"""What an administrator states about a person: a reviewer's credentials, and that somebody has only one name."""

from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length


class ReviewerForm(FlaskForm):
    credentials = StringField(
        "Credentials",
        [DataRequired("Enter degrees, and the license with its state and number."), Length(max=200)],
        description="Degrees, license with its state and number, and training in dry needling. Reviews show them.",
    )
    proof = StringField(
        "How you verified them",
        [DataRequired("Describe how you verified them."), Length(max=500)],
        description="For example: looked up with the board today. Kept in the audit log.",
    )


class OneNameForm(FlaskForm):
    one_name_proof = TextAreaField(
        "Proof",
        [DataRequired("Say what proof you saw."), Length(max=500)],
        description="For example: the passport and the board's list show one name. Kept in the audit log.",
    )

"""The form that makes an administrator a reviewer."""

from flask_wtf import FlaskForm
from wtforms import StringField
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

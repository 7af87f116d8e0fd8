"""The form that signs a clinical review."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import DataRequired, Length


class SignForm(FlaskForm):
    name = StringField("Your name", [DataRequired("Enter your name."), Length(max=120)])
    credentials = StringField(
        "Your credentials",
        [
            DataRequired("Enter your degrees, and your license with its state and number."),
            Length(max=200),
        ],
        description="Degrees, license with its state and number, and training in dry needling.",
    )
    read = BooleanField(
        "I have read every section, figure and question of this module. They are correct and safe to teach.",
        [DataRequired("Confirm that you have read the whole module.")],
    )
    digest = HiddenField(validators=[DataRequired()])

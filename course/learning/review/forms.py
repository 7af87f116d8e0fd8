from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import DataRequired, Length


class SignForm(FlaskForm):
    name = StringField("Your name", [DataRequired("Write your name."), Length(max=120)])
    credentials = StringField(
        "Your credentials",
        [
            DataRequired("Write your license and degrees, for example PT, DPT, state and license number."),
            Length(max=200),
        ],
        description="License with its state and number, degrees, training in dry needling.",
    )
    read = BooleanField(
        "I have read every section, figure and question of this module, and I find them correct and safe to teach.",
        [DataRequired("Sign only what you have read whole.")],
    )
    digest = HiddenField(validators=[DataRequired()])

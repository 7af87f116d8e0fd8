from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField
from wtforms.validators import DataRequired


class CloseForm(FlaskForm):
    understood = BooleanField(
        "I have read what is erased and what is kept, and know that this can't be undone",
        [DataRequired("Tick the box to go on.")],
    )
    password = PasswordField("Your password", [DataRequired("Enter your password.")])

from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField
from wtforms.validators import DataRequired


class CloseForm(FlaskForm):
    understood = BooleanField(
        "I have read what is erased and what is kept, and I understand that I can't undo this",
        [DataRequired("Check this box to continue.")],
    )
    password = PasswordField("Your password", [DataRequired("Enter your password.")])

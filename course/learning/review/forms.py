"""The form that signs a clinical review."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField
from wtforms.validators import DataRequired


class SignForm(FlaskForm):
    read = BooleanField(
        "I have read every section, figure and question of this module. They are correct and safe to teach.",
        [DataRequired("Confirm that you have read the whole module.")],
    )
    digest = HiddenField(validators=[DataRequired()])

"""Forms for signing in."""

from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import DataRequired


class SignInForm(FlaskForm):
    email = EmailField("Email", [DataRequired("Enter your email.")])
    password = PasswordField("Password", [DataRequired("Enter your password.")])


class ConfirmForm(FlaskForm):
    password = PasswordField("Password", [DataRequired("Enter your password.")])

from collections.abc import Callable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, EmailField, IntegerField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, Length, NumberRange, Optional, ValidationError

from course.people.accounts import license_number, passwords
from course.platform.typesetting import letters

NAME_HINT = "As it stands on your license; certificates are made out to it."
LAST_YEAR = 2200
NOT_AN_ADDRESS = "Enter an e-mail address such as name@example.org."


def required(what: str) -> DataRequired:
    return DataRequired(f"Enter {what}.")


def sound_name(_: FlaskForm, field: StringField) -> None:
    """A validator: what the certificate could not show as it was typed is refused where it is typed."""
    if fault := letters.fault(field.data or ""):
        raise ValidationError(fault)


def legal_name_field() -> StringField:
    return StringField(
        "Legal name", [required("your name as on your license"), sound_name], [letters.tidy], description=NAME_HINT
    )


def email_field() -> EmailField:
    return EmailField("E-mail", [required("your e-mail address"), Email(NOT_AN_ADDRESS), Length(max=254)])


class SignUpForm(FlaskForm):
    legal_name = legal_name_field()
    email = email_field()
    password = PasswordField(
        "Password", [required("a password")], description=f"At least {passwords.MIN_LENGTH} characters."
    )

    def __init__(self, *, is_taken: Callable[[str], bool] = lambda _: False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.is_taken = is_taken

    def validate_email(self, field: EmailField) -> None:
        if self.is_taken(field.data or ""):
            raise ValidationError("There is an account with this address already. Sign in, or reset the password.")

    def validate_password(self, field: PasswordField) -> None:
        weakness = passwords.weakness(field.data or "", self.email.data or "", self.legal_name.data or "")
        if weakness:
            raise ValidationError(weakness)


class SignInForm(FlaskForm):
    email = EmailField("E-mail", [required("your e-mail address")])
    password = PasswordField("Password", [required("your password")])


class ForgottenForm(FlaskForm):
    email = email_field()


class NewPasswordForm(FlaskForm):
    password = PasswordField(
        "New password", [required("a password")], description=f"At least {passwords.MIN_LENGTH} characters."
    )

    def validate_password(self, field: PasswordField) -> None:
        if weakness := passwords.weakness(field.data or ""):
            raise ValidationError(weakness)


class NameForm(FlaskForm):
    legal_name = legal_name_field()


class LicenseForm(FlaskForm):
    jurisdiction = SelectField("State", [required("the state that issued the license")])
    profession = RadioField(
        "Profession",
        [DataRequired("Choose one.")],
        choices=[
            SelectChoice("PT", "Physical therapist (PT)"),
            SelectChoice("PTA", "Physical therapist assistant (PTA)"),
        ],
    )
    number = StringField(
        "License number",
        [required("the license number"), Length(max=40)],
        description="Exactly as the board writes it, with letters and zeros.",
    )
    first_licensed = DateField("Date first licensed", [Optional()], description="May be left empty.")
    expires_on = DateField("Expires on", [Optional()], description="May be left empty.")
    renewal_months = IntegerField(
        "Renewed for how many months",
        [Optional(), NumberRange(1, 120, "Enter 1 to 120 months.")],
        description="24 for two years, as your board says. Your transcript is divided by it. May be left empty.",
    )

    def __init__(self, jurisdictions: dict[str, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        names = {"": "Choose a state"} | jurisdictions
        self.jurisdiction.choices = [SelectChoice(code, name) for code, name in names.items()]

    def validate_number(self, field: StringField) -> None:
        if fault := license_number.fault((field.data or "").strip()):
            raise ValidationError(fault)

    def validate_expires_on(self, field: DateField) -> None:
        if field.data and self.first_licensed.data and field.data < self.first_licensed.data:
            raise ValidationError("A license can't expire before it was first given.")
        if field.data and field.data.year > LAST_YEAR:
            raise ValidationError(f"Enter a year up to {LAST_YEAR}.")

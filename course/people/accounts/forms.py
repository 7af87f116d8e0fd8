"""Forms for accounts and licenses."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, Length, NumberRange, Optional, ValidationError

from course.content.queries import catalog
from course.content.schema.territory import LicensingPlace
from course.people.accounts import license_number, passwords
from course.platform.dates import FIRST_TO_BEGIN, date_in
from course.platform.fields import DateField, IntegerField, require_past
from course.platform.mail import addresses
from course.platform.typesetting import letters
from course.site import site


def required(what: str) -> DataRequired:
    """Return a validator that asks for the value by name."""
    return DataRequired(f"Enter {what}.")


def printable_name(_: FlaskForm, field: StringField) -> None:
    """Refuse a name that a certificate couldn't show as it was typed."""
    if fault := letters.fault(field.data or ""):
        raise ValidationError(fault)


def legal_name_field() -> StringField:
    return StringField(
        "Legal name",
        [required("your name as on your license"), printable_name],
        [letters.tidy],
        description="As on your license. It is printed on your certificates.",
    )


def _tidied(typed: str | None) -> str:
    return addresses.tidied(typed or "")


def email_field() -> EmailField:
    looks_right = Email("Enter an email such as name@example.org.")
    return EmailField("Email", [required("your email"), looks_right, Length(max=254)], [_tidied])


def new_password_field(label: str) -> PasswordField:
    return PasswordField(
        label, [required("a password")], description=f"Use at least {passwords.MIN_LENGTH} characters."
    )


def refuse_weak(field: PasswordField, *own: str) -> None:
    """Raise ValidationError for a password that others can guess. `own` are the person's email and name."""
    host = urlsplit(site().base_url).hostname or ""
    if weakness := passwords.weakness(field.data or "", catalog().provider.name, host, *own):
        raise ValidationError(weakness)


class SignUpForm(FlaskForm):
    legal_name = legal_name_field()
    email = email_field()
    password = new_password_field("Password")

    def __init__(self, *, is_taken: Callable[[str], bool] = lambda _: False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.is_taken = is_taken

    def validate_email(self, field: EmailField) -> None:
        if self.is_taken(field.data or ""):
            raise ValidationError("An account with this email already exists. Sign in, or reset your password.")

    def validate_password(self, field: PasswordField) -> None:
        refuse_weak(field, self.email.data or "", self.legal_name.data or "")


class ForgottenForm(FlaskForm):
    email = email_field()


class NewPasswordForm(FlaskForm):
    password = new_password_field("New password")

    def validate_password(self, field: PasswordField) -> None:
        refuse_weak(field)


class NameForm(FlaskForm):
    legal_name = legal_name_field()


class LicenseForm(FlaskForm):
    jurisdiction = SelectField("State or territory", [required("the state or territory that issued the license")])
    profession = RadioField(
        "Profession",
        [DataRequired("Choose your profession.")],
        choices=[
            SelectChoice("PT", "Physical therapist (PT)"),
            SelectChoice("PTA", "Physical therapist assistant (PTA)"),
        ],
    )
    number = StringField(
        "License number",
        [required("the license number"), Length(max=40)],
        description="As your board writes it, with letters and leading zeros.",
    )
    first_licensed = DateField("Date first licensed", [Optional()], description="Optional.")
    expires_on = DateField("Expiration date", [Optional()], description="Optional.")
    renewal_months = IntegerField(
        "Renewal period in months",
        [Optional(), NumberRange(1, 120, "Enter a number from 1 to 120.")],
        description="Optional. For example, 24 for two years. Your transcript is divided into renewal periods.",
    )

    def __init__(self, places: Mapping[str, LicensingPlace], now: datetime, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        names = {"": "Choose a state or territory"} | {code: place.name for code, place in places.items()}
        self.jurisdiction.choices = [SelectChoice(code, name) for code, name in names.items()]
        place = places.get(self.jurisdiction.data or "")
        self.today = date_in(place.time_zone if place else FIRST_TO_BEGIN, now)

    def validate_first_licensed(self, field: DateField) -> None:
        require_past(field, self.today)

    def validate_number(self, field: StringField) -> None:
        if fault := license_number.fault((field.data or "").strip()):
            raise ValidationError(fault)

    def validate_expires_on(self, field: DateField) -> None:
        if field.data and self.first_licensed.data and field.data < self.first_licensed.data:
            raise ValidationError("The expiration date can't be before the date first licensed.")

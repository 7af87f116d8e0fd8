"""Forms for accounts and licenses."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, Length, NumberRange, Optional, ValidationError

from course.content.queries import catalog
from course.content.schema.territory import LicensingPlace
from course.people.accounts import license_number, name_rules, passwords
from course.people.accounts.models import User
from course.people.accounts.name_parts import SUFFIXES, NameParts
from course.platform.dates import FIRST_TO_BEGIN, date_in
from course.platform.fields import DateField, IntegerField, require_past
from course.platform.mail import addresses
from course.platform.typesetting import letters
from course.site import site


def required(what: str) -> DataRequired:
    """Return a validator that asks for the value by name."""
    return DataRequired(f"Enter {what}.")


class NameFields(FlaskForm):
    """The legal name in its parts. `name_parts` are the parts that were entered."""

    given_name = StringField(
        "Given names", filters=[letters.tidy], description="First and middle names or initials, as on your license."
    )
    family_name = StringField("Family name", filters=[letters.tidy], description="Your last name or names.")
    name_suffix = SelectField(
        "Suffix", choices=[SelectChoice("", "None"), *(SelectChoice(one, one) for one in SUFFIXES)], default=""
    )
    one_name = BooleanField("I have only one name. It is in the field “Family name”")

    @property
    def name_parts(self) -> NameParts:
        return NameParts(self.given_name.data or "", self.family_name.data or "", self.name_suffix.data or "")

    def show_name(self, name: NameParts | None) -> None:
        """Fill in the parts if they are known. A name that was never split stays out: the person says how to."""
        if name and not self.is_submitted():
            self.given_name.data, self.family_name.data, self.name_suffix.data = name.given, name.family, name.suffix
            self.one_name.data = name.is_single

    def validate_given_name(self, field: StringField) -> None:
        if not field.data and not self.one_name.data:
            raise ValidationError("Enter your given name, or say that you have only one name.")
        if field.data and self.one_name.data:
            raise ValidationError("Leave this empty if you have only one name.")
        self._refuse_faulty("given")

    def validate_family_name(self, field: StringField) -> None:
        if not field.data:
            raise ValidationError("Enter your family name as on your license.")
        self._refuse_faulty("family")

    def _refuse_faulty(self, part: str) -> None:
        if fault := name_rules.faults(self.name_parts).get(part):
            raise ValidationError(fault)


def _tidied(typed: str | None) -> str:
    return addresses.tidied(typed or "")


def email_field(label: str = "Email") -> EmailField:
    looks_right = Email("Enter an email such as name@example.org.")
    return EmailField(label, [required("your email"), looks_right, Length(max=254)], [_tidied])


def new_password_field(label: str) -> PasswordField:
    return PasswordField(
        label, [required("a password")], description=f"Use at least {passwords.MIN_LENGTH} characters."
    )


def refuse_weak(field: PasswordField, *own: str) -> None:
    """Raise ValidationError for a password that others can guess. `own` are the person's email and name."""
    host = urlsplit(site().base_url).hostname or ""
    if weakness := passwords.weakness(field.data or "", catalog().provider.name, host, *own):
        raise ValidationError(weakness)


class SignUpForm(NameFields):
    email = email_field()
    password = new_password_field("Password")

    def validate_password(self, field: PasswordField) -> None:
        refuse_weak(field, self.email.data or "", self.name_parts.printed)


class ForgottenForm(FlaskForm):
    email = email_field()


class NewPasswordForm(FlaskForm):
    password = new_password_field("New password")

    def __init__(self, user: User, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user = user

    def validate_password(self, field: PasswordField) -> None:
        refuse_weak(field, self.user.email, self.user.legal_name)
        if passwords.matches(field.data or "", self.user.password_hash):
            raise ValidationError("This is your password already. Choose another one.")


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
    number_confirmed = BooleanField("This is the number that my board issued")
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
        number = (field.data or "").strip()
        if fault := license_number.fault(number, confirmed=self.number_confirmed.data):
            raise ValidationError(fault)

    def validate_expires_on(self, field: DateField) -> None:
        if field.data and self.first_licensed.data and field.data < self.first_licensed.data:
            raise ValidationError("The expiration date can't be before the date first licensed.")


class ChangePasswordForm(FlaskForm):
    current_password = PasswordField("Current password", [required("your current password")])
    password = new_password_field("New password")

    def __init__(self, email: str, name: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.own = (email, name)

    def validate_password(self, field: PasswordField) -> None:
        refuse_weak(field, *self.own)
        if field.data == self.current_password.data:
            raise ValidationError("This is your password already. Choose another one.")

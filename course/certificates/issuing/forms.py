from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError

from course.certificates.issuing.models import Reason
from course.people.accounts.forms import NameFields
from course.platform.folding import same_name
from course.platform.typesetting import letters


class RequestForm(FlaskForm):
    license = RadioField("License that the certificate is for", [DataRequired("Choose a license.")])
    license_right = BooleanField(
        "State, profession and number match my license",
        [DataRequired("Compare the license, then check the box.")],
    )
    print_license = BooleanField("Print the license number on the certificate", default=True)
    name_right = BooleanField(
        "The name matches my license, letter by letter", [DataRequired("Compare the name, then check the box.")]
    )
    legal_name = StringField("Type your legal name to sign", [DataRequired("Type your name.")], [letters.tidy])
    attested = BooleanField("I attest to this", [DataRequired("Check the box to sign.")])

    def __init__(self, name: str, licenses: dict[str, str], faults: dict[str, str]) -> None:
        """`licenses`: descriptions by code. `faults`: why some of them can't be used, by code."""
        super().__init__()
        self.name_on_record, self.faults = name, faults
        self.license.choices = [SelectChoice(*pair) for pair in licenses.items()]
        if len(licenses) == 1 and not self.license.data:
            self.license.data = next(iter(licenses))

    def validate_license(self, field: RadioField) -> None:
        if fault := self.faults.get(field.data or ""):
            raise ValidationError(fault)

    def validate_name_right(self, _: BooleanField) -> None:
        if fault := letters.fault(letters.tidy(self.name_on_record)):
            raise ValidationError(f"{fault} Correct it in your profile.")

    def validate_legal_name(self, field: StringField) -> None:
        if not same_name(field.data or "", self.name_on_record):
            raise ValidationError(
                f"Type it as in your profile: {self.name_on_record}. If that is wrong, correct your profile first."
            )


class LatinForm(NameFields):
    """The legal name in Latin letters, for one that the fonts lack."""

    latin_reason = StringField(
        "How you verified the name",
        [DataRequired("Describe how you verified it."), Length(max=500)],
        description="For example: looked up with the board today. Kept in the audit log.",
    )

    def validate_family_name(self, field: StringField) -> None:
        super().validate_family_name(field)
        if not letters.is_latin(self.name_parts.printed):
            raise ValidationError("Use Latin letters only.")


class RejectForm(FlaskForm):
    reason = TextAreaField(
        "Reason",
        [DataRequired("Give a reason, and say what would help."), Length(max=1000)],
        description="The therapist reads this.",
    )


class ShortTimeForm(FlaskForm):
    short_reason = TextAreaField(
        "Why the certificate can be issued",
        [DataRequired("Give a reason."), Length(max=1000)],
        description="For example: the therapist teaches this subject. Kept in the audit log.",
    )


class ReissueForm(FlaskForm):
    error = TextAreaField(
        "What was wrong",
        [DataRequired("Describe what was wrong."), Length(max=2000)],
        description="For administrators; kept in the audit log.",
    )


class RevokeForm(FlaskForm):
    reason = SelectField(
        "Reason (public)",
        [DataRequired("Choose a reason.")],
        choices=[SelectChoice("", "Choose a reason"), *(SelectChoice(one, one.capitalize()) for one in Reason)],
    )
    note = TextAreaField(
        "What happened",
        [DataRequired("Describe what happened."), Length(max=2000)],
        description="For administrators; kept in the audit log.",
    )

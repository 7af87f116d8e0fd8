from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from course.certificates.models import Reason


class RequestForm(FlaskForm):  # type: ignore[misc]
    license = RadioField("Licence that the certificate is for", [DataRequired("Choose a licence.")])
    print_license = BooleanField("Print the licence number on the certificate", default=True)
    legal_name = StringField(
        "Your legal name, typed as a signature", [DataRequired("Type your name."), Length(max=120)]
    )
    attested = BooleanField("I attest to this", [DataRequired("Tick the box to sign.")])

    def __init__(self, name: str, licenses: list[tuple[str, str]]) -> None:
        super().__init__()
        self.name_on_record = name
        self.license.choices = licenses
        if len(licenses) == 1 and not self.license.data:
            self.license.data = licenses[0][0]

    def validate_legal_name(self, field: StringField) -> None:
        if " ".join((field.data or "").split()).casefold() != self.name_on_record.casefold():
            raise ValidationError(f"Type it as in your profile: {self.name_on_record}. If that is wrong, mend it there.")


class RejectForm(FlaskForm):  # type: ignore[misc]
    reason = TextAreaField(
        "Reason", [DataRequired("Say why, and what would help."), Length(max=1000)],
        description="The therapist reads this.",
    )  # fmt: skip


class RevokeForm(FlaskForm):  # type: ignore[misc]
    reason = SelectField(
        "Reason, shown in public", [DataRequired("Choose a reason.")],
        choices=[("", "Choose a reason"), *((reason.value, reason.value.capitalize()) for reason in Reason)],
    )  # fmt: skip
    note = TextAreaField(
        "What happened", [DataRequired("Write what happened."), Length(max=2000)],
        description="For administrators; kept in the audit log.",
    )  # fmt: skip

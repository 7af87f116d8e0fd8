from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from course.people.accounts.forms import NameFields
from course.people.accounts.name_parts import LegalName
from course.platform.kept_files import DocumentField


class CorrectionRequestForm(NameFields):
    """The correct name, as it appears on the license."""

    reason = TextAreaField("What is wrong", [DataRequired("Describe what is wrong."), Length(max=1000)])
    proof = DocumentField(
        "Proof",
        description="Your license, a government ID or a court order. PDF, JPEG or PNG, up to 10 MB.",
    )

    def __init__(self, on_certificate: LegalName) -> None:
        """`on_certificate`: the name that the correct one must differ from, in what is printed or in its parts."""
        super().__init__()
        self.on_certificate = on_certificate

    def validate_family_name(self, field: StringField) -> None:
        super().validate_family_name(field)
        shown = self.on_certificate
        if self.name_parts.printed == shown.printed and shown.parts in (None, self.name_parts):
            raise ValidationError("The certificate already has this name. Enter the correct one.")

    def validate_proof(self, field: DocumentField) -> None:
        if field.content is None:
            raise ValidationError("Add a file that shows the correct name.")

    def values(self) -> dict[str, Any]:
        return {"name": self.name_parts, "reason": self.reason.data, "proof": self.proof.content}


class CorrectionApprovalForm(FlaskForm):
    seen = BooleanField("I reviewed the proof, and it shows this name", [DataRequired("Review the proof first.")])
    rename = BooleanField("Change the name on the account, too", default=True)


class CorrectionRejectionForm(FlaskForm):
    note = TextAreaField(
        "Reason",
        [DataRequired("Give a reason, and say what would help."), Length(max=1000)],
        description="The learner reads this.",
    )

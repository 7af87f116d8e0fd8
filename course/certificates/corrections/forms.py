from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from course.platform import file_types
from course.platform.typesetting import letters


class CorrectionRequestForm(FlaskForm):
    name = StringField(
        "Correct name",
        [DataRequired("Enter the correct name.")],
        [letters.tidy],
        description="As it appears on your license, including accents and word order.",
    )
    reason = TextAreaField("What is wrong", [DataRequired("Describe what is wrong."), Length(max=1000)])
    proof = FileField(
        "Proof",
        description="Your license, a government ID or a court order. PDF, JPEG or PNG, up to 10 MB.",
    )

    def __init__(self, printed: str) -> None:
        """`printed`: the name on the certificate, which the correct one must differ from."""
        super().__init__()
        self.printed = printed

    def validate_name(self, field: StringField) -> None:
        if fault := letters.fault(field.data or ""):
            raise ValidationError(fault)
        if field.data == self.printed:
            raise ValidationError("The certificate already shows this name. Enter the correct one.")

    def validate_proof(self, field: FileField) -> None:
        if not getattr(field.data, "filename", ""):
            raise ValidationError("Add a file that shows the correct name.")
        self.sent: bytes = field.data.read()
        if fault := file_types.fault(self.sent):
            raise ValidationError(fault)


class CorrectionApprovalForm(FlaskForm):
    seen = BooleanField("I reviewed the proof, and it shows this name", [DataRequired("Review the proof first.")])
    rename = BooleanField("Change the name on the account, too", default=True)


class CorrectionRejectionForm(FlaskForm):
    note = TextAreaField(
        "Reason",
        [DataRequired("Give a reason, and say what would help."), Length(max=1000)],
        description="The learner reads this.",
    )

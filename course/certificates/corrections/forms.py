from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from course.platform import file_types
from course.platform.typesetting import letters


class AskForm(FlaskForm):
    name = StringField(
        "Your name, as it should be",
        [DataRequired("Enter the name.")],
        [letters.tidy],
        description="As it stands on your license; letters, accents and order exactly so.",
    )
    reason = TextAreaField(
        "What is wrong, and why", [DataRequired("Say in a few words what is wrong."), Length(max=1000)]
    )
    proof = FileField(
        "Proof",
        description="Your license, an identity card or a registry's paper: PDF, JPEG or PNG, up to 10 MB.",
    )

    def __init__(self, printed: str) -> None:
        super().__init__()
        self.printed = printed

    def validate_name(self, field: StringField) -> None:
        if fault := letters.fault(field.data or ""):
            raise ValidationError(fault)
        if field.data == self.printed:
            raise ValidationError("This is the name that stands on the certificate.")

    def validate_proof(self, field: FileField) -> None:
        if not getattr(field.data, "filename", ""):
            raise ValidationError("Add a file that shows the right name.")
        self.sent: bytes = field.data.read()
        if fault := file_types.fault(self.sent):
            raise ValidationError(fault)


class AcceptForm(FlaskForm):
    seen = BooleanField(
        "I have looked at the proof, and it shows this name", [DataRequired("Look at the proof first.")]
    )
    rename = BooleanField("The account bears this name from now on, too", default=True)


class RejectForm(FlaskForm):
    note = TextAreaField(
        "Why not",
        [DataRequired("Say why, and what would help."), Length(max=1000)],
        description="The learner reads this.",
    )

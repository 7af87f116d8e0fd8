from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError

from course.certificates.issuing.facts import MODES
from course.platform import file_types
from course.reporting.transcripts.models import OtherRecord, State

LONGEST = 60_000  # minutes
EARLIEST = date(1950, 1, 1)
SAID = ("title", "provider", "approval", "mode", "minutes", "completed_on")


class RecordForm(FlaskForm):
    title = StringField("Title of the course", [DataRequired("Enter the title."), Length(max=300)])
    provider = StringField("Provider", [DataRequired("Enter who gave it."), Length(max=200)])
    approval = StringField(
        "Approval", [Length(max=200)], description="Approver and number, as the certificate says. May be left empty."
    )
    mode = SelectField(
        "How it was given",
        [DataRequired("Choose one.")],
        choices=[SelectChoice("", "Choose one"), *(SelectChoice(*pair) for pair in MODES.items())],
    )
    minutes = IntegerField(
        "Minutes",
        [InputRequired("Enter the minutes."), NumberRange(1, LONGEST)],
        description="Hours times the length of an hour there: 2 hours of 50 minutes are 100.",
    )
    completed_on = DateField("Completed on", [DataRequired("Enter the day of completion.")])
    document = FileField("Certificate or other proof", description="PDF, JPEG or PNG, up to 10 MB.")

    def __init__(self, today: date, record: OtherRecord | None) -> None:
        super().__init__(data={name: getattr(record, name) for name in SAID} if record else None)
        self.today = today
        if record is not None and record.document_type:
            self.document.description = "PDF, JPEG or PNG, up to 10 MB. Leave it empty to keep the one that there is."

    def validate_completed_on(self, field: DateField) -> None:
        if field.data and not EARLIEST <= field.data <= self.today:
            raise ValidationError("Enter a day that has been.")

    def validate_document(self, field: FileField) -> None:
        self.sent = None
        if field.data:
            self.sent = field.data.read()
            field.data.close()
        if self.sent is not None and (fault := file_types.fault(self.sent)):
            raise ValidationError(fault)

    def said(self) -> dict[str, Any]:
        words = {name: " ".join((self[name].data or "").split()) for name in ("title", "provider", "approval")}
        return words | {
            "approval": words["approval"] or None,
            "mode": self.mode.data,
            "minutes": self.minutes.data,
            "completed_on": self.completed_on.data,
            "document": self.sent,
        }


class CheckForm(FlaskForm):
    seen = HiddenField("Record")
    decision = RadioField(
        "What you found",
        [DataRequired("Choose one.")],
        choices=[
            SelectChoice(State.VERIFIED, "Verified: the document shows what the record says"),
            SelectChoice(State.REFUSED, "Refused: it does not count"),
        ],
    )
    note = TextAreaField("Note", [Length(max=1000)], description="The learner reads it. Needed where it is refused.")

    def validate_note(self, field: TextAreaField) -> None:
        if self.decision.data == State.REFUSED and not (field.data or "").strip():
            raise ValidationError("Say why it does not count, and what would help.")

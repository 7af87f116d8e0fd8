from collections.abc import Iterable

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from course.reporting.boards.status import Decision

FORMATS = {"sheet": "CE Broker sheet (.xls)", "xml": "CE Broker roster (.xml)", "csv": "Table (.csv)"}
DECISIONS = {
    Decision.AGAIN: "Send again: add it to the next file",
    Decision.ACCEPTED: "Accepted: the board has the current certificate; send nothing more",
    Decision.WITHDRAWN: "Withdrawn: the board removed the record; send nothing more",
}


class ReportFileForm(FlaskForm):
    format = RadioField("Format", [DataRequired("Choose a format.")])
    shown = HiddenField()

    def __init__(self, formats: Iterable[str], **kwargs: str) -> None:
        super().__init__(**kwargs)
        self.format.choices = [SelectChoice(name, FORMATS[name]) for name in formats]


class ReceiptForm(FlaskForm):
    receipt = FileField("Receipt (.xml)", [FileRequired("Choose the receipt that the service sent back.")])


def reason_field(hint: str) -> TextAreaField:
    return TextAreaField("Evidence", [DataRequired("Enter the evidence."), Length(max=1000)], description=hint)


class AcceptAllForm(FlaskForm):
    reason = reason_field("For example: the service's website shows the same number of accepted records.")


class DecideForm(FlaskForm):
    decision = RadioField("Decision", [DataRequired("Choose one.")])
    reason = reason_field("Only administrators see this. It is kept in the audit log.")

    def __init__(self, decisions: Iterable[Decision]) -> None:
        super().__init__()
        self.decision.choices = [SelectChoice(one, DECISIONS[one]) for one in decisions]

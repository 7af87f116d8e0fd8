from collections.abc import Iterable

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from course.reporting.boards.status import Decision

FORMATS = {"sheet": "CE Broker's sheet (.xls)", "xml": "CE Broker's roster (.xml)", "csv": "Table (.csv)"}
DECISIONS = {
    Decision.AGAIN: "Send it again: it becomes ready for the next file",
    Decision.ACCEPTED: "The board has it as it stands now: nothing more is sent",
    Decision.WITHDRAWN: "The board has taken it back: nothing more is sent",
}


class MakeForm(FlaskForm):
    format = RadioField("File", [DataRequired("Choose a file.")])
    shown = HiddenField()

    def __init__(self, formats: Iterable[str], **kwargs: str) -> None:
        super().__init__(**kwargs)
        self.format.choices = [SelectChoice(name, FORMATS[name]) for name in formats]


class ReceiptForm(FlaskForm):
    receipt = FileField("Receipt (.xml)", [FileRequired("Choose the file that the service sent back.")])


def reason_field(hint: str) -> TextAreaField:
    return TextAreaField("How you know", [DataRequired("Write how you know."), Length(max=1000)], description=hint)


class AcceptAllForm(FlaskForm):
    reason = reason_field("For example: the service's page counted as many accepted on that day.")


class DecideForm(FlaskForm):
    decision = RadioField("What is to happen", [DataRequired("Choose one.")])
    reason = reason_field("For administrators; kept in the audit log.")

    def __init__(self, decisions: Iterable[Decision]) -> None:
        super().__init__()
        self.decision.choices = [SelectChoice(one, DECISIONS[one]) for one in decisions]

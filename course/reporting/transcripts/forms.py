from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice, SelectMultipleField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from course.certificates.issuing.facts import MODES
from course.content.queries import catalog
from course.platform.decisions import ProofState
from course.platform.fields import MIN_YEAR, DateField, IntegerField, require_past
from course.platform.kept_files import DocumentField
from course.reporting.transcripts.models import ExternalCredit
from course.states.proof.choices import APPROVERS

MAX_MINUTES = 60_000
PAST_HINT = f"Enter a date that is not in the future, from {MIN_YEAR} on."
NEEDLING_FIELDS = ("is_needling", "is_entry_level", "topics", "approvers")
FACT_FIELDS = ("title", "provider", "approval", "mode", "minutes", "completed_on", *NEEDLING_FIELDS)
DOCUMENT_HINT = "PDF, JPEG or PNG, up to 10 MB."


class CheckboxesField(SelectMultipleField):
    """Several of the choices, each with a checkbox."""

    widget, option_widget = ListWidget(prefix_label=False), CheckboxInput()


class CreditForm(FlaskForm):
    title = StringField("Course title", [DataRequired("Enter the title."), Length(max=300)])
    provider = StringField("Provider", [DataRequired("Enter the provider."), Length(max=200)])
    approval = StringField(
        "Approval (optional)", [Length(max=200)], description="Approver and approval number, as on the certificate."
    )
    mode = SelectField(
        "Format",
        [DataRequired("Choose one.")],
        choices=[SelectChoice("", "Choose one"), *(SelectChoice(*pair) for pair in MODES.items())],
    )
    minutes = IntegerField(
        "Minutes",
        [InputRequired("Enter the minutes."), NumberRange(1, MAX_MINUTES)],
        description="Hours times the provider's minutes per hour. For example, 2 hours of 50 minutes are 100.",
    )
    completed_on = DateField("Completed on", [DataRequired("Enter the date of completion.")], PAST_HINT)
    is_needling = BooleanField("This was training in dry needling")
    is_entry_level = BooleanField("It was part of my professional degree")
    topics = CheckboxesField("Topics of needling that it covered, as its documents say")
    approvers = CheckboxesField("Who approved it, as its documents say")
    document = DocumentField("Certificate or other proof", description=DOCUMENT_HINT)

    def __init__(self, today: date, credit: ExternalCredit | None) -> None:
        super().__init__(data={name: getattr(credit, name) for name in FACT_FIELDS} if credit else None)
        self.today = today
        self.topics.choices = [SelectChoice(topic.id, topic.name) for topic in catalog().topics.values()]
        self.approvers.choices = [SelectChoice(*pair) for pair in APPROVERS.items()]
        if credit is not None and credit.document_type:
            self.document.description = f"{DOCUMENT_HINT} To keep the current document, leave this empty."

    def validate_completed_on(self, field: DateField) -> None:
        require_past(field, self.today, PAST_HINT)

    def fields(self) -> dict[str, Any]:
        """Return the credit's facts and its document, None if no document was uploaded."""
        texts = {name: " ".join((self[name].data or "").split()) for name in ("title", "provider", "approval")}
        return texts | {
            "approval": texts["approval"] or None,
            "mode": self.mode.data,
            "minutes": self.minutes.data,
            "completed_on": self.completed_on.data,
            "document": self.document.content,
            **{name: self[name].data for name in NEEDLING_FIELDS},
        }


class DecisionForm(FlaskForm):
    seen = HiddenField("Credit")
    decision = RadioField(
        "Decision",
        [DataRequired("Choose one.")],
        choices=[
            SelectChoice(ProofState.VERIFIED, "Verify: the document confirms the credit"),
            SelectChoice(ProofState.REJECTED, "Reject: the credit does not count"),
        ],
    )
    note = TextAreaField(
        "Note", [Length(max=1000)], description="The learner can read this note. It is required to reject a credit."
    )

    def validate_note(self, field: TextAreaField) -> None:
        if self.decision.data == ProofState.REJECTED and not (field.data or "").strip():
            raise ValidationError("Enter why the credit does not count, and what would help.")

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from course.platform.decisions import ProofState
from course.platform.fields import DateField, FloatField, IntegerField, require_past
from course.platform.kept_files import DocumentField
from course.states.proof.choices import CREDENTIALS, EXAMINATION_FORMS, SIGNERS
from course.states.proof.stated_facts import Kind, names_of

CHOOSE = [DataRequired("Choose one.")]
DAY = [DataRequired("Enter the date.")]


def choices_of(names: Mapping[str, str]) -> list[SelectChoice]:
    return [SelectChoice("", "Choose one"), *(SelectChoice(*pair) for pair in names.items())]


class ProofForm(FlaskForm):
    """What all kinds share. Each kind adds fields with the names of its evidence."""

    kind: Kind
    future = ("expires_on",)  # the days that may be in the future
    document = DocumentField("Document (optional)", description="PDF, JPEG or PNG, up to 10 MB.")

    def __init__(self, today: date, places: Mapping[str, str]) -> None:
        super().__init__()
        self.today = today
        if "jurisdiction" in self:
            self.jurisdiction.choices = choices_of(places)

    def validate(self, extra_validators: Any = None) -> bool:
        """Return whether every field is valid, and no day is in the future that may not be."""
        is_valid = super().validate(extra_validators)
        days = [field for field in self if isinstance(field, DateField) and field.name not in self.future]
        for field in days:
            try:
                require_past(field, self.today)
            except ValidationError as error:
                field.errors, is_valid = [str(error)], False
        return bool(is_valid)

    def facts(self) -> dict[str, Any]:
        """Return the stated facts by name."""
        values = {name: self[name].data for name in names_of(self.kind)}
        return {name: " ".join(value.split()) if isinstance(value, str) else value for name, value in values.items()}


class PracticeForm(ProofForm):
    kind = Kind.PRACTICE
    jurisdiction = SelectField("State or territory", CHOOSE)
    first = DateField("First day", DAY)
    last = DateField("Last day", [Optional()], description="Leave it empty if you still practice there.")
    weekly_hours = FloatField(
        "Hours of patient care a week, on average",
        [Optional(), NumberRange(1, 100, "Enter a number from 1 to 100.")],
        description="Optional. Some states count only time with enough hours.",
    )

    def validate_last(self, field: DateField) -> None:
        if field.data and self.first.data and field.data < self.first.data:
            raise ValidationError("The last day can't be before the first day.")


class CredentialForm(ProofForm):
    kind = Kind.CREDENTIAL
    credential = SelectField("Credential", CHOOSE, choices=choices_of(CREDENTIALS))
    obtained_on = DateField("Held since", DAY)
    expires_on = DateField("Expiration date", [Optional()], description="Leave it empty if it doesn't expire.")

    def validate_expires_on(self, field: DateField) -> None:
        if field.data and self.obtained_on.data and field.data < self.obtained_on.data:
            raise ValidationError("The expiration date can't be before the first day.")


class ExaminationForm(ProofForm):
    kind = Kind.EXAMINATION
    title = StringField("Name of the examination", [DataRequired("Enter the name."), Length(max=200)])
    form = SelectField("Form", CHOOSE, choices=choices_of(EXAMINATION_FORMS))
    on = DateField("Passed on", DAY)
    in_person = BooleanField("I took it in person")
    percent = IntegerField(
        "Score in percent", [Optional(), NumberRange(0, 100, "Enter a number from 0 to 100.")], description="Optional."
    )


class DeterminationForm(ProofForm):
    kind = Kind.DETERMINATION
    by = SelectField("Who signed it", CHOOSE, choices=choices_of(SIGNERS))
    name = StringField("Name of the signer", [DataRequired("Enter the name."), Length(max=200)])
    on = DateField("Signed on", DAY)


class LicenseForm(ProofForm):
    kind = Kind.LICENSE
    jurisdiction = SelectField("State or territory", CHOOSE)
    on = DateField("Unrestricted as of", DAY)


class FilingForm(ProofForm):
    kind = Kind.FILING
    filed_on = DateField("Sent on", DAY)


FORMS: Mapping[str, type[ProofForm]] = {
    form.kind: form for form in (PracticeForm, CredentialForm, ExaminationForm, DeterminationForm, LicenseForm)
}


class ProofDecisionForm(FlaskForm):
    seen = HiddenField("Entry", [InputRequired()])
    decision = RadioField(
        "Decision",
        CHOOSE,
        choices=[
            SelectChoice(ProofState.VERIFIED, "Verify: the document confirms the entry"),
            SelectChoice(ProofState.REJECTED, "Reject: the entry does not count"),
        ],
    )
    note = TextAreaField(
        "Note", [Length(max=1000)], description="The learner can read this note. It is required to reject an entry."
    )

    def validate_note(self, field: TextAreaField) -> None:
        if self.decision.data == ProofState.REJECTED and not (field.data or "").strip():
            raise ValidationError("Enter why the entry does not count, and what would help.")

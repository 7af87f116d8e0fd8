"""The form that records a check of a state entry."""

from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, NumberRange, Optional, Regexp

from course.content.schema.jurisdiction import Jurisdiction
from course.platform.fields import DateField, FloatField, IntegerField, require_past

PAST_HINT = "Enter today's date or an earlier one."
STATUSES = ("permitted", "pending", "unaddressed", "prohibited")
BASES = ("statute", "rule", "board_policy", "ag_opinion", "court", "declaratory_ruling", "none")
SOURCE_KINDS = ("statute", "rule", "board", "association", "vendor", "other")
TRAINING_FIELDS = (
    "total_hours",
    "didactic_hours",
    "practical_hours",
    "in_person_hours",
    "supervised_sessions",
    "deadline_years",
)
ANSWERS = {"yes": True, "no": False, "": None}


def _hours(label: str) -> FloatField:
    return FloatField(label, [Optional(), NumberRange(0, 5000)])


def _answer(label: str) -> RadioField:
    choices = [SelectChoice("yes", "yes"), SelectChoice("no", "no"), SelectChoice("", "no source found")]
    return RadioField(label, [Optional()], choices=choices)


def _text(label: str) -> TextAreaField:
    return TextAreaField(label, [Length(max=2000)])


def _select(label: str, values: tuple[str, ...]) -> SelectField:
    return SelectField(label, choices=[SelectChoice(value, value.replace("_", " ")) for value in values])


class StateEntryForm(FlaskForm):
    """A check of a state entry. An empty field means that no source was found."""

    source_url = StringField(
        "Source address",
        [
            DataRequired("Enter the web address of the text that you read."),
            Length(max=500),
            Regexp(r"^https?://\S+$", message="Start the address with https://."),
        ],
    )
    source_kind = _select("Source type", SOURCE_KINDS)
    source_as_of = StringField("Date on the source", [Length(max=20)], description="Optional.")
    checked_on = DateField("Checked on", [DataRequired("Enter the date on which you read it.")], PAST_HINT)
    check_note = _text("What you found")
    status = _select("Status", STATUSES)
    basis = _select("Basis", BASES)
    citation = StringField("Citation", [DataRequired("Enter the citation."), Length(max=500)])
    total_hours = _hours("Total hours")
    didactic_hours = _hours("Didactic hours")
    practical_hours = _hours("Practical hours")
    in_person_hours = _hours("In-person hours")
    supervised_sessions = IntegerField("Supervised sessions", [Optional(), NumberRange(0, 5000)])
    deadline_years = _hours("Deadline in years")
    online_permitted = _answer("Online training counts")
    training_note = _text("Training note")
    experience_years = _hours("Years in practice")
    written_consent = _answer("Written consent")
    pta_permitted = _answer("PTAs may needle")
    registration = _text("Registration")
    assessment = _text("Assessment")
    adverse_event_reporting = _text("Adverse-event reporting")
    required_topics = _text("Required topics, one per line")
    confidence = _select("Confidence", ("high", "medium", "low"))
    conflicts = _text("Conflicts between sources")

    def __init__(self, today: date, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.today = today

    def validate_checked_on(self, field: DateField) -> None:
        require_past(field, self.today, PAST_HINT)

    def entry_fields(self) -> dict[str, Any]:
        """Return the fields of the entry that the form sets, without sources and date of check."""
        training: dict[str, Any] = {name: self[name].data for name in TRAINING_FIELDS}
        training["online_permitted"] = ANSWERS[self.online_permitted.data or ""]
        training["note"] = (self.training_note.data or "").strip() or None
        fields: dict[str, Any] = {name: self[name].data for name in ("status", "basis", "citation", "confidence")}
        for name in ("registration", "assessment", "adverse_event_reporting", "conflicts"):
            fields[name] = (self[name].data or "").strip() or None
        fields |= {name: ANSWERS[self[name].data or ""] for name in ("written_consent", "pta_permitted")}
        fields["experience_years"] = self.experience_years.data
        topics = (self.required_topics.data or "").splitlines()
        fields["required_topics"] = [line.strip() for line in topics if line.strip()]
        return fields | {"training": training}

    def source_data(self) -> dict[str, Any]:
        """Return the source of the check as an entry stores it."""
        return {"url": self.source_url.data, "kind": self.source_kind.data, "as_of": self.source_as_of.data or None}


def form_values(state: Jurisdiction) -> dict[str, Any]:
    """Return the values with which the form shows the entry."""
    data = state.model_dump()
    training = data["training"]
    words = {value: word for word, value in ANSWERS.items()}
    return (
        data
        | {name: training[name] for name in TRAINING_FIELDS}
        | {
            "online_permitted": words[training["online_permitted"]],
            "training_note": training["note"] or "",
            "written_consent": words[data["written_consent"]],
            "pta_permitted": words[data["pta_permitted"]],
            "required_topics": "\n".join(data["required_topics"]),
            **{
                name: data[name] or ""
                for name in ("registration", "assessment", "adverse_event_reporting", "conflicts")
            },
            "checked_on": None,
        }
    )

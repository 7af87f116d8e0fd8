"""The form that records a check of a state entry. Its fields depend on the rules that the entry has."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, NumberRange, Optional, Regexp

from course.content.schema.jurisdiction import Jurisdiction
from course.content.schema.law import Rule, walk
from course.platform.fields import DateField, FloatField, IntegerField, require_past
from course.states.entries.rule_fields import RENEWAL, Shape, values_of
from course.states.requirements import wording

PAST_HINT = "Enter today's date or an earlier one."
BASES = ("statute", "rule", "board_policy", "ag_opinion", "court", "declaratory_ruling", "none")
LEVELS = {"high": "high: the state's own text was read", "medium": "medium", "low": "low"}
ONLINE = {"": "not seen", "no": "none", "part": "a part", "live_only": "only in real time", "yes": "counts"}
LENGTHS = {"": "not seen", "50": "50 minutes", "60": "60 minutes"}
ANSWERS = {"yes": True, "no": False, "": None}
HIGH_HINT = "High confidence needs the state's own text as the source. Choose medium or low."


def _select(label: str, words: dict[str, str]) -> SelectField:
    return SelectField(label, choices=[SelectChoice(value, text) for value, text in words.items()])


def _text(label: str, required: str = "", most: int = 2000) -> TextAreaField:
    return TextAreaField(label, [*([DataRequired(required)] if required else []), Length(max=most)])


def _field(label: str, shape: Shape) -> Field:
    if shape == "number":
        return FloatField(label, [Optional(), NumberRange(0, 5000)])
    if shape == "whole":
        return IntegerField(label, [Optional(), NumberRange(0, 5000)])
    if shape == "answer":
        words = ("yes", "yes"), ("no", "no"), ("", "not seen")
        return RadioField(label, [Optional()], choices=[SelectChoice(value, text) for value, text in words])
    if shape == "online":
        return _select(label, ONLINE)
    return _text(label) if shape == "lines" else StringField(label, [Length(max=500)])


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
    source_title = StringField("Title of the source", [DataRequired("Enter the title."), Length(max=500)])
    source_kind = _select("Source type", wording.SOURCES)
    source_as_of = StringField("Date on the source", [Length(max=20)], description="Optional.")
    source_read = _text("What you read of it", "Write which part of the source you read.")
    checked_on = DateField("Checked on", [DataRequired("Enter the date on which you read it.")], PAST_HINT)
    check_note = _text("What you found")
    status = _select("Status", wording.STATUSES)
    basis = SelectField("Basis", choices=[SelectChoice(value, wording.basis(value)) for value in BASES])
    reading = _select("How much was read", wording.READINGS)
    citation = StringField("Citation", [DataRequired("Enter the citation."), Length(max=500)])
    summary = _text("Summary", "Write what a therapist should read first.")
    effective = StringField("In force since", [Length(max=200)])
    confidence = _select("Confidence", LEVELS)
    renewal_hour_minutes = _select("Length of an hour", LENGTHS)
    renewal_text = _text("Renewal in words")
    renewal_confidence = _select("Confidence in the renewal", LEVELS)

    def __init__(self, state: Jurisdiction, today: date, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.state, self.today = state, today

    def validate_checked_on(self, field: DateField) -> None:
        require_past(field, self.today, PAST_HINT)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check what one field alone can't show."""
        valid: bool = super().validate(extra_validators)
        if self.status.data == "listed" and self.basis.data != "none":
            self.basis.errors = ["A state that is only listed has no basis. Choose another status or no basis."]
            valid = False
        if self.source_kind.data == "primary":
            return valid
        seen = [self.confidence] if self.confidence.data == "high" and self.state.last_read is None else []
        for field in [*seen, *(self[f"{id_}__confidence"] for id_ in self._restated())]:
            if field.data == "high":
                field.errors, valid = [HIGH_HINT], False
        return valid

    def sections(self) -> list[tuple[Rule, list[Field]]]:
        """Return each rule with its fields, in the order of the entry."""
        return [(rule, [self[name] for name in _names(rule)]) for rule in rules_of(self.state)]

    def renewal_fields(self) -> list[Field]:
        """Return the fields of the renewal."""
        names = ("hour_minutes", "text", "confidence")
        return [self[f"renewal_{name}"] for name in (*(value.name for value in RENEWAL), *names)]

    def entry_fields(self) -> dict[str, Any]:
        """Return the fields of the entry that the form sets, without its rules, sources and date of check."""
        names = ("status", "basis", "reading", "citation", "summary", "confidence")
        length = self.renewal_hour_minutes.data
        renewal = {value.name: _entered(self[f"renewal_{value.name}"], value.shape) for value in RENEWAL}
        renewal |= {
            "hour_minutes": int(length) if length else None,
            "text": _stripped(self.renewal_text),
            "confidence": self.renewal_confidence.data,
        }
        return {name: self[name].data for name in names} | {
            "effective": _stripped(self.effective),
            "renewal": renewal,
        }

    def rules(self) -> dict[str, dict[str, Any]]:
        """Return the values of each rule by its id."""
        return {rule.id: self._values(rule) for rule in rules_of(self.state)}

    def confirmed(self) -> list[str]:
        """Return the ids of the rules that the source states as they are."""
        return [rule.id for rule in rules_of(self.state) if self[f"{rule.id}__confirmed"].data]

    def source_data(self) -> dict[str, Any]:
        """Return the source of the check, without its id and the date of reading."""
        names = ("url", "title", "kind", "as_of", "read")
        return {name: _stripped(self[f"source_{name}"]) for name in names}

    def _values(self, rule: Rule) -> dict[str, Any]:
        last = self[f"{rule.id}__valid_to"].data
        values = {value.name: _entered(self[f"{rule.id}__{value.name}"], value.shape) for value in values_of(rule)}
        return values | {
            "text": _stripped(self[f"{rule.id}__text"]),
            "citation": _stripped(self[f"{rule.id}__citation"]),
            "confidence": self[f"{rule.id}__confidence"].data,
            "valid_to": last.isoformat() if last else None,
        }

    def _restated(self) -> Iterator[str]:
        """Yield the ids of the rules that will name the source of the check."""
        confirmed = set(self.confirmed())
        for rule in rules_of(self.state):
            old = rule.model_dump(mode="json")
            if rule.id in confirmed or any(old[name] != value for name, value in self._values(rule).items()):
                yield rule.id


def rules_of(state: Jurisdiction) -> list[Rule]:
    """Return every rule of the entry."""
    return [*walk(state.requirements), *state.absences, *state.duties]


def form_for(state: Jurisdiction, today: date, checked_on: date) -> StateEntryForm:
    """Return the form for the entry, filled with it."""
    fields: dict[str, Field] = {f"renewal_{value.name}": _field(value.label, value.shape) for value in RENEWAL}
    for rule in rules_of(state):
        fields |= {f"{rule.id}__{value.name}": _field(value.label, value.shape) for value in values_of(rule)}
        fields |= {
            f"{rule.id}__text": _text("Text", "Write what the rule says."),
            f"{rule.id}__citation": StringField("Citation", [Length(max=500)]),
            f"{rule.id}__confidence": _select("Confidence", LEVELS),
            f"{rule.id}__valid_to": DateField("Last day in force", [Optional()]),
            f"{rule.id}__confirmed": BooleanField("The source states this rule as it is here"),
        }
    form: StateEntryForm = type("EntryForm", (StateEntryForm,), fields)(
        state, today, data=form_values(state) | {"checked_on": checked_on}
    )
    return form


def form_values(state: Jurisdiction) -> dict[str, Any]:
    """Return the values with which the form shows the entry."""
    names = ("status", "basis", "reading", "citation", "summary", "confidence")
    values: dict[str, Any] = {name: getattr(state, name) for name in names}
    values |= {f"renewal_{value.name}": _shown(state.renewal, value.name, value.shape) for value in RENEWAL}
    values |= {
        "effective": state.effective or "",
        "renewal_hour_minutes": str(state.renewal.hour_minutes or ""),
        "renewal_text": state.renewal.text or "",
        "renewal_confidence": state.renewal.confidence,
    }
    for rule in rules_of(state):
        values |= {f"{rule.id}__{value.name}": _shown(rule, value.name, value.shape) for value in values_of(rule)}
        values |= {f"{rule.id}__{name}": getattr(rule, name) or "" for name in ("text", "citation", "confidence")}
        values |= {f"{rule.id}__valid_to": rule.valid_to, f"{rule.id}__confirmed": False}
    return values


def _names(rule: Rule) -> list[str]:
    names = (*(value.name for value in values_of(rule)), "text", "citation", "confidence", "valid_to", "confirmed")
    return [f"{rule.id}__{name}" for name in names]


def _shown(holder: Any, name: str, shape: Shape) -> Any:
    value = getattr(holder, name)
    if shape == "answer":
        return {True: "yes", False: "no", None: ""}[value]
    if shape == "lines":
        return "\n".join(value)
    return value if shape in ("number", "whole") else value or ""


def _entered(field: Field, shape: Shape) -> Any:
    if shape == "answer":
        return ANSWERS[field.data or ""]
    if shape == "lines":
        return [line.strip() for line in (field.data or "").splitlines() if line.strip()]
    return field.data if shape in ("number", "whole") else field.data or None


def _stripped(field: Field) -> str | None:
    return (field.data or "").strip() or None

"""Forms for the log of supervised sessions, and the supervisor's own form."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError
from wtforms.widgets import CheckboxInput

from course.content.queries import catalog
from course.content.schema.module import Region
from course.learning.supervision.models import Setting, SupervisedSession, Supervisor
from course.learning.supervision.patient_data import suspicion
from course.learning.supervision.statement import PROFESSIONS, RELATIONS, SupervisorStatement
from course.people.accounts import license_number
from course.people.accounts.forms import email_field
from course.platform.fields import DateField, IntegerField, require_past

MIN_MINUTES, MAX_MINUTES = 5, 480
MAX_AT_ONCE = 25
USUAL_MINUTES = 30
MAX_TEXT_LENGTH = 500
FACTS = ("held_on", "minutes", "muscles", "setting", "jurisdiction", "by_video", "note")


class CheckboxesField(SelectMultipleField):
    """Several choices as checkboxes."""

    option_widget = CheckboxInput()


def places(empty: str) -> list[SelectChoice]:
    return [SelectChoice("", empty), *(SelectChoice(one.code, one.name) for one in catalog().licensing_places.values())]


def professions(empty: str) -> list[SelectChoice]:
    return [SelectChoice("", empty), *(SelectChoice(*pair) for pair in PROFESSIONS.items())]


def refuse_patient_data(_form: FlaskForm, field: Field) -> None:
    """Raise ValidationError for a text that looks like it identifies a patient.

    Only as much is looked at as is accepted, because the search takes the square of the length.
    """
    if what := suspicion((field.data or "")[:MAX_TEXT_LENGTH]):
        raise ValidationError(f"This looks like {what}. Leave out everything that could identify a patient.")


def tidied(text: str | None) -> str | None:
    """Return the text without spaces around it and without repeated ones; None if nothing is left."""
    return " ".join((text or "").split()) or None


class SessionForm(FlaskForm):
    held_on = DateField("Date", [DataRequired("Enter the date of the session.")])
    muscles = CheckboxesField("Muscles", [DataRequired("Select at least one muscle.")])
    minutes = IntegerField(
        "Minutes",
        [InputRequired("Enter the minutes."), NumberRange(MIN_MINUTES, MAX_MINUTES)],
        description="Of one session.",
    )
    setting = SelectField(
        "Setting",
        [DataRequired("Choose one.")],
        choices=[SelectChoice("", "Choose one"), *(SelectChoice(one.value, one.words) for one in Setting)],
    )
    jurisdiction = SelectField("State", [DataRequired("Choose the state in which you treated.")])
    by_video = BooleanField("My supervisor watched by live video, not in the room")
    note = TextAreaField(
        "Note (optional)",
        [Length(max=MAX_TEXT_LENGTH), refuse_patient_data],
        description="About the treatment. Never a name, initials, a date of birth, a phone or record number.",
    )

    def __init__(self, today: date, preset: Mapping[str, Any]) -> None:
        super().__init__(data=preset)
        self.today = today
        muscles = catalog().muscles
        self.muscles.choices = [SelectChoice(one.id, one.name) for one in muscles.values()]
        self.jurisdiction.choices = places("Choose one")

    def validate_held_on(self, field: DateField) -> None:
        require_past(field, self.today)

    def regions(self) -> Iterator[tuple[str, list[Any]]]:
        """Yield each region's name and the checkboxes of its muscles."""
        boxes: dict[Region, list[Any]] = {region: [] for region in Region}
        for box in self.muscles:
            boxes[catalog().muscles[box.data].region].append(box)
        for region, options in boxes.items():
            yield region.words, options

    def fields(self) -> dict[str, Any]:
        """Return the facts of a session."""
        return {name: self[name].data for name in FACTS} | {"note": (self.note.data or "").strip() or None}


class NewSessionsForm(SessionForm):
    count = IntegerField(
        "How many sessions like this",
        [InputRequired("Enter how many."), NumberRange(1, MAX_AT_ONCE)],
        default=1,
        description=f"Up to {MAX_AT_ONCE} on the same day. Each counts as one session.",
    )

    def __init__(self, today: date, place: str, like: SupervisedSession | None) -> None:
        """`place`: the state to begin with. `like`: the session whose values are filled in."""
        preset: dict[str, Any] = {"minutes": USUAL_MINUTES, "jurisdiction": place, "setting": Setting.CLINIC.value}
        if like is not None:
            preset = {name: getattr(like, name) for name in FACTS if name != "note"}
        super().__init__(today, preset | {"held_on": today})


class ChangedSessionForm(SessionForm):
    def __init__(self, today: date, session: SupervisedSession) -> None:
        super().__init__(today, {name: getattr(session, name) for name in FACTS})


class SupervisorForm(FlaskForm):
    name = StringField("Name", [DataRequired("Enter the name."), Length(max=120)], [tidied])
    email = email_field("Email")
    profession = SelectField("Profession (optional)")
    jurisdiction = SelectField("State of the license (optional)")
    license_number = StringField("License number (optional)", [Length(max=40)], [tidied])

    def __init__(self) -> None:
        super().__init__()
        self.profession.choices, self.jurisdiction.choices = professions("Not known"), places("Not known")

    def fields(self) -> dict[str, Any]:
        texts = {name: self[name].data or None for name in ("profession", "jurisdiction", "license_number")}
        return texts | {"name": self.name.data, "email": self.email.data}


class SendForm(FlaskForm):
    supervisor = RadioField("Supervisor", [DataRequired("Choose who supervised these sessions.")])
    sessions = CheckboxesField("Sessions", [DataRequired("Select at least one session.")])

    def __init__(self, supervisors: Sequence[Supervisor], sessions: Sequence[SupervisedSession]) -> None:
        codes = [str(one.code) for one in sessions]
        first = str(supervisors[0].code) if len(supervisors) == 1 else None
        super().__init__(data={"sessions": codes, "supervisor": first})
        self.supervisor.choices = [SelectChoice(str(one.code), f"{one.name}, {one.email}") for one in supervisors]
        self.sessions.choices = [SelectChoice(code, code) for code in codes]

    @property
    def codes(self) -> set[UUID]:
        return {UUID(code) for code in self.sessions.data}


class AnswerForm(FlaskForm):
    """The supervisor's answer. All sessions are selected at first."""

    sessions = CheckboxesField("Sessions that you supervised")
    reason = TextAreaField(
        "Why you don't confirm the others",
        [Length(max=MAX_TEXT_LENGTH), refuse_patient_data],
        description="Needed only if you deselect a session. The therapist reads it.",
    )
    profession = SelectField("Your profession", [DataRequired("Choose your profession.")])
    jurisdiction = SelectField("State that licensed you", [DataRequired("Choose the state.")])
    license_number = StringField(
        "Your license number", [DataRequired("Enter your license number."), Length(max=40)], [tidied]
    )
    license_years = IntegerField(
        "Full years since you were licensed", [InputRequired("Enter the years."), NumberRange(0, 80)]
    )
    needling_years = IntegerField(
        "Full years since you began dry needling", [InputRequired("Enter the years."), NumberRange(0, 80)]
    )
    own_sessions = IntegerField(
        "Treatment sessions in which you needled yourself",
        [InputRequired("Enter a number."), NumberRange(0, 1_000_000)],
        description="About how many, in all.",
    )
    relation = RadioField(
        "How you know the therapist",
        [DataRequired("Choose one.")],
        choices=[SelectChoice(*pair) for pair in RELATIONS.items()],
    )
    needs_no_more = BooleanField(
        "In my judgment, the therapist needs no more supervised sessions (optional)",
        description="Florida's rule asks for it. Leave this unchecked if more sessions are needed.",
    )
    signature = StringField(
        "Your full name, as your signature", [DataRequired("Enter your name."), Length(max=120)], [tidied]
    )
    sure = BooleanField(
        "I supervised the selected sessions, and what I state here is true.",
        [DataRequired("Check this box to sign.")],
    )

    def __init__(self, supervisor: Supervisor, sessions: Sequence[SupervisedSession]) -> None:
        codes = [str(one.code) for one in sessions]
        known = {name: getattr(supervisor, name) for name in ("profession", "jurisdiction", "license_number")}
        super().__init__(data=known | {"sessions": codes})
        self.sessions.choices = [SelectChoice(code, code) for code in codes]
        self.profession.choices, self.jurisdiction.choices = professions("Choose one"), places("Choose one")

    def validate_license_number(self, field: StringField) -> None:
        if fault := license_number.fault(field.data, confirmed=True):
            raise ValidationError(fault)

    def validate_reason(self, field: TextAreaField) -> None:
        if len(self.sessions.data or ()) < len(self.sessions.choices) and not (field.data or "").strip():
            raise ValidationError("Enter why you don't confirm the sessions that you deselected.")

    @property
    def codes(self) -> set[UUID]:
        return {UUID(code) for code in self.sessions.data}

    @property
    def statement(self) -> SupervisorStatement:
        return SupervisorStatement(
            name=self.signature.data,
            profession=self.profession.data,
            jurisdiction=self.jurisdiction.data,
            license_number=self.license_number.data,
            license_years=self.license_years.data,
            needling_years=self.needling_years.data,
            sessions=self.own_sessions.data,
            relation=self.relation.data,
            needs_no_more=self.needs_no_more.data,
        )


class AnnulForm(FlaskForm):
    reason = TextAreaField(
        "Reason",
        [DataRequired("Enter why the session no longer counts."), Length(max=MAX_TEXT_LENGTH), refuse_patient_data],
        description="It stays on record with the session.",
    )

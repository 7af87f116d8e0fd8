from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from course.content.schema.catalog import Catalog
from course.content.schema.hours import Mode
from course.content.schema.topic import Topic
from course.learning.labs import lab_times
from course.learning.labs.models import Lab
from course.people.accounts.models import User
from course.platform.fields import DateField, IntegerField, TimeField

MAX_CAPACITY = 500
MAX_NEEDLES = 100_000
TOPIC = "topic-"
MODES = {Mode.IN_PERSON: "In person", Mode.LIVE_ONLINE: "Live online"}


def _choices(pairs: Iterable[tuple[str, str]], *, first: str) -> list[SelectChoice]:
    return [SelectChoice("", first), *(SelectChoice(*pair) for pair in pairs)]


class LabForm(FlaskForm):
    """When and where a lab is, who teaches it and what. `of` adds a field with the minutes of each topic."""

    course = SelectField("Course", [DataRequired("Choose a course.")])
    title = StringField("Title", [DataRequired("Enter a title."), Length(max=200)])
    mode = RadioField("Format", [DataRequired("Choose one.")], choices=[SelectChoice(*pair) for pair in MODES.items()])
    day = DateField("Day", [DataRequired("Enter the day.")])
    starts = TimeField("Starts at", [InputRequired("Enter a time, such as 9:00 AM.")])
    ends = TimeField("Ends at", [InputRequired("Enter a time, such as 5:00 PM.")])
    jurisdiction = SelectField(
        "State", [DataRequired("Choose a state.")], description="Where it takes place; online, where the instructor is."
    )
    time_zone = SelectField(
        "Time zone", description="Choose one only if the place has another time than most of its state."
    )
    place = TextAreaField(
        "Place",
        [DataRequired("Enter the address, or how to join."), Length(max=500)],
        description="The address with the room; online, how to join. Only people who signed up see it.",
    )
    capacity = IntegerField("Places", [InputRequired("Enter the number of places."), NumberRange(1, MAX_CAPACITY)])
    instructors = SelectMultipleField(
        "Instructors",
        [DataRequired("Choose at least one.")],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    @classmethod
    def of(cls, catalog: Catalog, people: Sequence[User], lab: Lab | None) -> "LabForm":
        """Return the form with the choices of the site, filled in like the lab."""
        fields = {f"{TOPIC}{one.id}": _minutes(one) for one in catalog.topics.values()}
        form: LabForm = type("LabPage", (cls,), fields)(data=_values(lab) if lab else None)
        places, teaching = catalog.licensing_places, [one.user for one in lab.teaching] if lab else []
        form.course.choices = _choices(((one.id, one.title) for one in catalog.courses.values()), first="Choose one")
        form.jurisdiction.choices = _choices(((code, one.name) for code, one in places.items()), first="Choose one")
        form.time_zone.choices = _choices(lab_times.ZONES.items(), first="The state's")
        if lab and lab.time_zone not in lab_times.ZONES:
            form.time_zone.choices.append(SelectChoice(lab.time_zone, lab.time_zone))
        offered = {one.id: one for one in [*teaching, *people]}
        form.instructors.choices = [SelectChoice(str(id_), one.legal_name) for id_, one in offered.items()]
        form.zones = {code: one.time_zone for code, one in places.items()}
        return form

    zones: Mapping[str, str]

    def validate_ends(self, field: TimeField) -> None:
        if field.data and self.starts.data and field.data <= self.starts.data:
            raise ValidationError("Enter a time after the start. A lab is within one day; schedule one for each day.")
        if field.data and self.starts.data and sum(self.topics().values()) > self._minutes():
            raise ValidationError("The topics take longer than that. Change the times, or the minutes of the topics.")

    def _minutes(self) -> int:
        """Return the minutes from the start to the end."""
        first, last = (datetime.combine(date.min, field.data) for field in (self.starts, self.ends))
        return lab_times.minutes_between(first, last)

    def topics(self) -> dict[str, int]:
        """Return the minutes of each topic that has some."""
        return {field.name.removeprefix(TOPIC): field.data for field in self.topic_fields() if field.data}

    def topic_fields(self) -> list[Any]:
        return [field for field in self if field.name.startswith(TOPIC)]

    def values(self) -> dict[str, Any]:
        zone = self.time_zone.data or self.zones[self.jurisdiction.data]
        starts_at, ends_at = (lab_times.utc_of(self.day.data, field.data, zone) for field in (self.starts, self.ends))
        return {
            "course_id": self.course.data,
            "title": " ".join(self.title.data.split()),
            "mode": self.mode.data,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "time_zone": zone,
            "place": self.place.data.strip(),
            "jurisdiction": self.jurisdiction.data,
            "capacity": self.capacity.data,
            "topics": self.topics(),
            "instructors": [int(id_) for id_ in self.instructors.data],
        }


def _minutes(topic: Topic) -> IntegerField:
    return IntegerField(topic.name, [Optional(), NumberRange(0, 1440, "Enter a whole number of minutes.")])


def _values(lab: Lab) -> dict[str, Any]:
    first, last = (lab_times.local(moment, lab.time_zone) for moment in (lab.starts_at, lab.ends_at))
    fields = {name: getattr(lab, name) for name in ("title", "mode", "jurisdiction", "time_zone", "place", "capacity")}
    times = {"day": first.date(), "starts": first.time(), "ends": last.time()}
    people = [str(one.user_id) for one in lab.teaching]
    topics = {f"{TOPIC}{topic}": minutes for topic, minutes in lab.topic_minutes.items()}
    return fields | times | topics | {"course": lab.course_id, "instructors": people}


class CancelForm(FlaskForm):
    reason = TextAreaField(
        "Reason",
        [DataRequired("Give a reason."), Length(max=500)],
        description="Everyone who signed up gets it by email.",
    )


class CodeForm(FlaskForm):
    """The code on the instructor's screen, and whether the person comes or leaves."""

    digits = StringField(
        "Code on the screen", [DataRequired("Enter the code."), Length(max=40)], description="Eight digits."
    )
    direction = HiddenField()


class CheckAnswerForm(FlaskForm):
    answer = StringField(
        "Code of the attendance check",
        [DataRequired("Enter the code."), Length(max=40)],
        description="Four digits, which the instructor shows.",
    )


class OpenCheckForm(FlaskForm):
    minutes = IntegerField("Minutes to answer", [InputRequired("Enter the minutes."), NumberRange(1, 30)], default=3)


class PresenceForm(FlaskForm):
    """When a person was there, by the clocks of the lab's place."""

    came = TimeField("Came at", [InputRequired("Enter a time, such as 9:00 AM.")])
    left = TimeField(
        "Left at (optional)",
        [Optional()],
        description="Leave it empty while the person is still there. If the person was not there at all, enter the "
        "same time twice.",
    )
    reason = TextAreaField(
        "Reason",
        [DataRequired("Give a reason."), Length(max=500)],
        description="For example: no phone; forgot to check out and left at the end.",
    )
    replaces = HiddenField()

    def validate_left(self, field: TimeField) -> None:
        if field.data and self.came.data and field.data < self.came.data:
            raise ValidationError("Enter a time that is not before the person came.")


class ClosingForm(FlaskForm):
    needles_out = IntegerField("Needles handed out", [InputRequired("Enter a number."), NumberRange(0, MAX_NEEDLES)])
    needles_in = IntegerField(
        "Needles counted in the sharps container", [InputRequired("Enter a number."), NumberRange(0, MAX_NEEDLES)]
    )
    needle_note = TextAreaField(
        "Why the counts differ", [Length(max=1000)], description="Required if the two numbers differ."
    )
    incidents = TextAreaField(
        "Incidents (optional)",
        [Length(max=4000)],
        description="What happened and what was done, without health data about anybody.",
    )

    def validate_needle_note(self, field: TextAreaField) -> None:
        if self.needles_out.data != self.needles_in.data and not (field.data or "").strip():
            raise ValidationError("The counts differ. Say why, and what was done to find the needles.")

    def values(self) -> dict[str, Any]:
        texts = {name: (self[name].data or "").strip() or None for name in ("needle_note", "incidents")}
        return texts | {"needles_out": self.needles_out.data, "needles_in": self.needles_in.data}

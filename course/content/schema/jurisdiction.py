"""What is known of the states' laws: the types of modules/jurisdictions.yaml."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from course.content.base import Content, Text


class Training(Content):
    total_hours: float | None
    didactic_hours: float | None
    practical_hours: float | None
    in_person_hours: float | None
    online_permitted: bool | None
    supervised_sessions: int | None
    deadline_years: float | None
    note: Text | None


class LicenseCE(Content):
    hours: float | None
    period_years: float | None


class StateSource(Content):
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]
    as_of: Text | None
    kind: Text


class Jurisdiction(Content):
    """What is known of one state's law; None means not seen in a source, never *no such rule*.

    `contested` names the facts that the conflict touches (None: it may touch any); `checked_on` is the day on which
    the entry was last held against its sources, where that is later than the file's `compiled_on`.
    """

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    name: Text
    board: Text
    time_zone: Text
    hour_minutes: Literal[50, 60] | None
    status: Literal["permitted", "pending", "unaddressed", "prohibited"]
    basis: Literal["statute", "rule", "board_policy", "ag_opinion", "court", "declaratory_ruling", "none"]
    citation: Text
    training: Training
    experience_years: float | None
    required_topics: tuple[Text, ...]
    assessment: Text | None
    written_consent: bool | None
    registration: Text | None
    pta_permitted: bool | None
    adverse_event_reporting: Text | None
    license_ce: LicenseCE
    sources: tuple[StateSource, ...] = Field(min_length=1)
    confidence: Literal["high", "medium", "low"]
    conflicts: Text | None
    contested: tuple[Text, ...] | None = None
    checked_on: date | None = None


class JurisdictionsFile(Content):
    """`compiled_on` is the day of the research; the entries are typed one by one, so that a fault has its line."""

    compiled_on: date
    states: tuple[Any, ...] = Field(min_length=1)

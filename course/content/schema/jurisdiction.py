"""State law as data: the types of modules/jurisdictions.yaml."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from course.content.base import Content, Text


class Training(Content):
    """The training in dry needling that a state requires."""

    total_hours: float | None
    didactic_hours: float | None
    practical_hours: float | None
    in_person_hours: float | None
    online_permitted: bool | None
    supervised_sessions: int | None
    deadline_years: float | None
    note: Text | None


class LicenseCE(Content):
    """The continuing education that a state requires to renew a license."""

    hours: float | None
    period_years: float | None


class StateSource(Content):
    """A source of an entry."""

    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]
    as_of: Text | None
    kind: Text


class Jurisdiction(Content):
    """What sources say about one state's law. None means that no source was found, never that there is no such rule.

    `contested` names the facts that `conflicts` affects; None: it may affect any. `checked_on` is the date of the last
    check against the sources, if that is later than the file's `compiled_on`.
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
    """What `jurisdictions.yaml` says. `compiled_on` is the date of the research.

    The loader reads each state as a `Jurisdiction` by itself, so that a problem is reported with its line.
    """

    compiled_on: date
    states: tuple[Any, ...] = Field(min_length=1)

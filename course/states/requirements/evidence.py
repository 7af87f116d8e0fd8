"""What a person can show for the requirements of a state. Plain facts; the engine concludes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from course.content.schema.hours import Mode


@dataclass(frozen=True, kw_only=True)
class Fact:
    """`verified_by` and `verified_on`: who looked at the proof, and when; None: the person's own statement.

    `source`: where the fact is on record, in words, such as `lab of March 3, 2026`.
    """

    verified_by: str | None = None
    verified_on: date | None = None
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class HeldLicense(Fact):
    """`unrestricted`: None if not stated."""

    jurisdiction: str
    profession: Literal["PT", "PTA"]
    first_licensed: date | None
    unrestricted: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Training(Fact):
    """Training in dry needling of one mode. `minutes` teach the `topics`, ids of modules/topics.yaml.

    `approvals`: ids of approvers -> the day of the approval, or None if unknown. `entry_level`: part of the
    professional degree.
    """

    title: str
    provider: str
    mode: Mode
    minutes: int
    completed_on: date
    topics: frozenset[str] = frozenset()
    approvals: Mapping[str, date | None] = field(default_factory=dict)
    entry_level: bool = False


@dataclass(frozen=True, kw_only=True)
class SupervisorFacts:
    """What the supervisor of a session stated at that time. None: not stated."""

    name: str
    profession: str | None = None
    jurisdiction: str | None = None
    license_years: float | None = None
    needling_years: float | None = None
    sessions: int | None = None


@dataclass(frozen=True, kw_only=True)
class TreatmentSession(Fact):
    """A treatment session. Without a supervisor it was done alone. It is verified once the supervisor confirmed it."""

    on: date
    minutes: int
    supervisor: SupervisorFacts | None
    remote: bool = False
    jurisdiction: str | None = None


@dataclass(frozen=True, kw_only=True)
class PassedExamination(Fact):
    """An examination that was passed. `percent`: the score, if there is one."""

    title: str
    form: Literal["written", "practical", "competency"]
    on: date
    in_person: bool
    percent: int | None = None


@dataclass(frozen=True, kw_only=True)
class TimeInPractice(Fact):
    """A time of practice from `first` to `last`; without `last` it goes on. `weekly_hours`: on average."""

    jurisdiction: str
    first: date
    last: date | None
    weekly_hours: float | None


@dataclass(frozen=True, kw_only=True)
class HeldCredential(Fact):
    """Something that a `Credential` of the law asks for, by the same id, such as cpr."""

    credential: str
    obtained_on: date
    expires_on: date | None


@dataclass(frozen=True, kw_only=True)
class FiledPaper(Fact):
    """A paper that was sent to a board for the requirement with this id."""

    jurisdiction: str
    requirement: str
    filed_on: date


@dataclass(frozen=True, kw_only=True)
class SignedDetermination(Fact):
    """A signed determination that the person is competent to needle."""

    by: Literal["instructor", "supervisor"]
    name: str
    on: date


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything that one person can show."""

    licenses: tuple[HeldLicense, ...] = ()
    training: tuple[Training, ...] = ()
    sessions: tuple[TreatmentSession, ...] = ()
    examinations: tuple[PassedExamination, ...] = ()
    practice: tuple[TimeInPractice, ...] = ()
    credentials: tuple[HeldCredential, ...] = ()
    filings: tuple[FiledPaper, ...] = ()
    determinations: tuple[SignedDetermination, ...] = ()

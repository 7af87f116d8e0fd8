"""What a certificate states. It is stored with the certificate as JSON, so that verifying needs nothing else."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from fractions import Fraction
from typing import Any, Self
from zoneinfo import ZoneInfo

from course.content.schema.hours import Mode
from course.people.accounts.name_parts import NameParts

MODES = {mode.value: mode.words.capitalize() for mode in Mode}


@dataclass(frozen=True, kw_only=True, slots=True)
class ModuleFacts:
    id: str
    title: str
    domain: str
    version: str
    digest: str
    minutes: int
    objectives: tuple[str, ...]
    review: str
    reviewed_by: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Approval:
    """An approval of the course in one state, by its board or another approver."""

    state: str
    number: str
    approver: str = ""  # empty in certificates that were issued before approvers were recorded


@dataclass(frozen=True, kw_only=True, slots=True)
class LabFacts:
    """A lab that was attended. `minutes`: those attended, of which `topics` states the parts by name."""

    title: str
    mode: str  # a key of MODES
    on: date
    jurisdiction: str
    minutes: int
    topics: tuple[tuple[str, int], ...]
    instructors: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class HandsOnFacts:
    """What was done beyond the theory. `skills`: titles, each with the day on which an instructor signed it off."""

    labs: tuple[LabFacts, ...]
    skills: tuple[tuple[str, date], ...]
    supervised_sessions: int
    determination: str | None  # who found the person competent and when, in words

    def to_json(self) -> dict[str, Any]:
        data = asdict(self)
        data["labs"] = [
            lab | {"on": lab["on"].isoformat(), "topics": [list(one) for one in lab["topics"]]} for lab in data["labs"]
        ]
        data["skills"] = [[title, on.isoformat()] for title, on in self.skills]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        labs = tuple(
            LabFacts(
                **lab
                | {
                    "on": date.fromisoformat(lab["on"]),
                    "topics": tuple((name, minutes) for name, minutes in lab["topics"]),
                    "instructors": tuple(lab["instructors"]),
                }
            )
            for lab in data["labs"]
        )
        skills = tuple((title, date.fromisoformat(on)) for title, on in data["skills"])
        return cls(**dict(data) | {"labs": labs, "skills": skills})


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """Everything that a certificate states.

    `minutes`: by mode, a key of MODES. Dates are in `time_zone`, the one of the license's state; `issued_at` is aware
    UTC. Fields with a default were added later, so facts that were stored earlier lack them.
    """

    code: str
    cycle: int
    name: str
    profession: str
    license_number: str | None
    license_state: str
    license_state_name: str
    course_id: str
    course_title: str
    course_version: str
    content_hash: str
    modules: tuple[ModuleFacts, ...]
    minutes: Mapping[str, int]
    assessments: tuple[tuple[str, date], ...]
    completed_on: date
    time_zone: str
    issued_at: datetime
    issued_on: date
    provider_name: str
    provider_number: str | None
    provider_address: str | None
    provider_contact: str | None
    instructor: str | None
    approvals: tuple[Approval, ...]
    issued_by: str
    verify_url: str
    template_version: str
    valid_until: date | None = None  # the last day, if certificates of the course expire
    signer: str | None = None  # who is authorized to sign for the provider
    name_parts: NameParts | None = None  # of `name`; not printed, but reported to boards
    hands_on: HandsOnFacts | None = None  # None: the course has no hands-on part

    @property
    def total_minutes(self) -> int:
        return sum(self.minutes.values())

    @property
    def is_backdated(self) -> bool:
        return self.issued_on < self.issued_at.astimezone(ZoneInfo(self.time_zone)).date()

    @property
    def awarded_at(self) -> datetime:
        """The moment of issue; for a backdated certificate, the beginning of its date of issue."""
        if self.is_backdated:
            return datetime.combine(self.issued_on, time(), ZoneInfo(self.time_zone))
        return self.issued_at

    @property
    def delivery(self) -> str:
        """The modes that were used, in words."""
        return ", ".join(words for mode, words in MODES.items() if self.minutes.get(mode))

    @property
    def approvals_text(self) -> str:
        return ", ".join(f"{approval.state} {approval.number}" for approval in self.approvals) or "none on record"

    @property
    def minutes_by_domain(self) -> dict[str, int]:
        minutes: dict[str, int] = {}
        for module in self.modules:
            minutes[module.domain] = minutes.get(module.domain, 0) + module.minutes
        return minutes

    @property
    def has_hands_on(self) -> bool:
        """Whether anything was done in person; a certificate without it says so."""
        return bool(self.minutes.get(Mode.IN_PERSON) or (self.hands_on and self.hands_on.skills))

    @property
    def minutes_by_topic(self) -> dict[tuple[str, str], int]:
        """The minutes by mode and topic: of the modules by their subject area, and of the labs by theirs."""
        modules = {(Mode.SELF_PACED_ONLINE.value, topic): minutes for topic, minutes in self.minutes_by_domain.items()}
        return modules | self.minutes_by_lab_topic

    @property
    def hands_on_text(self) -> str:
        """What was done in person, in words."""
        if not self.has_hands_on:
            return "none: this course contains no hands-on training"
        parts = [f"{hours(self.minutes.get(Mode.IN_PERSON, 0))} hours in person"]
        if self.hands_on and self.hands_on.skills:
            parts.append(f"{len(self.hands_on.skills)} skills signed off by an instructor")
        if self.hands_on and self.hands_on.supervised_sessions:
            parts.append(f"{self.hands_on.supervised_sessions} supervised sessions")
        return ", ".join(parts)

    @property
    def minutes_by_lab_topic(self) -> dict[tuple[str, str], int]:
        """The minutes attended in labs, by mode and topic."""
        minutes: dict[tuple[str, str], int] = {}
        for lab in self.hands_on.labs if self.hands_on else ():
            for topic, more in lab.topics:
                minutes[lab.mode, topic] = minutes.get((lab.mode, topic), 0) + more
        return minutes

    @property
    def masked_license(self) -> str | None:
        """The last digits for the public page: enough to compare, too little to copy. None if under six characters."""
        if self.license_number is None or len(self.license_number) < 6:
            return None
        return f"ends in {self.license_number[-3:]}"

    @property
    def awaits_review(self) -> bool:
        return any(module.review != "reviewed" for module in self.modules)

    @property
    def review_text(self) -> str:
        """The reviewers of the content: each signature once, with its modules if it does not cover all of them."""
        if self.awaits_review:
            return "The content awaited review by a clinician when this was issued."
        signed: dict[str, list[str]] = {}
        for module in self.modules:
            signed.setdefault(module.reviewed_by or "reviewed", []).append(module.title)
        if len(signed) == 1:
            return next(iter(signed))
        return "; ".join(f"{signature}: {', '.join(titles)}" for signature, titles in signed.items())

    def to_json(self) -> dict[str, Any]:
        data = asdict(self)
        data["minutes"] = dict(self.minutes)
        data["assessments"] = [[title, on.isoformat()] for title, on in self.assessments]
        for name in ("completed_on", "issued_on", "issued_at"):
            data[name] = data[name].isoformat()
        data["valid_until"] = self.valid_until.isoformat() if self.valid_until else None
        data["modules"] = [module | {"objectives": list(module["objectives"])} for module in data["modules"]]
        data["approvals"] = list(data["approvals"])
        data["hands_on"] = self.hands_on.to_json() if self.hands_on else None
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        read: dict[str, Any] = dict(data)
        read["modules"] = tuple(
            ModuleFacts(**module | {"objectives": tuple(module["objectives"])}) for module in data["modules"]
        )
        read["approvals"] = tuple(Approval(**approval) for approval in data["approvals"])
        read["assessments"] = tuple((title, date.fromisoformat(on)) for title, on in data["assessments"])
        read["completed_on"] = date.fromisoformat(data["completed_on"])
        read["issued_on"] = date.fromisoformat(data["issued_on"])
        read["issued_at"] = datetime.fromisoformat(data["issued_at"])
        if parts := data.get("name_parts"):
            read["name_parts"] = NameParts.from_json(parts)
        if end := data.get("valid_until"):
            read["valid_until"] = date.fromisoformat(end)
        if hands_on := data.get("hands_on"):
            read["hands_on"] = HandsOnFacts.from_json(hands_on)
        return cls(**read)


def hours(minutes: int) -> str:
    """Return contact hours of 60 minutes, rounded down to the quarter: 75 -> `1.25`, 120 -> `2`."""
    quarters = Fraction(minutes * 4 // 60, 4)
    return f"{float(quarters):g}"


def contact_hours(minutes: int) -> str:
    """Return the hours with their unit: 60 -> `1 contact hour`, 75 -> `1.25 contact hours`."""
    return f"{hours(minutes)} contact {'hour' if hours(minutes) == '1' else 'hours'}"

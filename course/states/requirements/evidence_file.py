"""The YAML form of a person's evidence, as docs/states.md describes it."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from course.content.base import Content, Id, Text
from course.content.schema.hours import Mode
from course.content.source import Document, Problems, parse, typed
from course.states.requirements.evidence import (
    Evidence,
    FiledPaper,
    HeldCredential,
    HeldLicense,
    PassedExamination,
    SignedDetermination,
    SupervisorFacts,
    TimeInPractice,
    Training,
    TreatmentSession,
)

HOUR_MINUTES = 60
MOST_SESSIONS = 10_000
State = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Profession = Literal["PT", "PTA"]


class Stated(Content):
    """What every fact may say: who looked at the proof, and when. Without it, it is the person's own statement."""

    verified_by: Text | None = None
    verified_on: date | None = None
    source: Text | None = None

    @property
    def proof(self) -> dict[str, Any]:
        """Return these fields as a fact of the evidence has them."""
        return {"verified_by": self.verified_by, "verified_on": self.verified_on, "source": self.source or ""}


class LicenseEntry(Stated):
    state: State
    profession: Profession = "PT"
    first_licensed: date | None = None
    unrestricted: bool | None = None


class TrainingEntry(Stated):
    title: Text
    provider: Text
    mode: Mode
    hours: float = Field(gt=0, le=MOST_SESSIONS)
    completed_on: date
    topics: tuple[Id, ...] = ()
    approvals: dict[Id, date | None] = {}
    entry_level: bool = False


class SupervisorEntry(Content):
    name: Text
    profession: Text | None = None
    state: State | None = None
    license_years: float | None = Field(default=None, ge=0)
    needling_years: float | None = Field(default=None, ge=0)
    sessions: int | None = Field(default=None, ge=0)


class SessionEntry(Stated):
    """One session, or `count` alike. `verified_by`: who confirmed it."""

    day: date
    count: int = Field(default=1, ge=1, le=MOST_SESSIONS)
    minutes: int = Field(gt=0)
    supervisor: SupervisorEntry | None = None
    remote: bool = False
    state: State | None = None


class ExaminationEntry(Stated):
    title: Text
    form: Literal["written", "practical", "competency"]
    day: date
    in_person: bool
    percent: int | None = Field(default=None, ge=0, le=100)


class PracticeEntry(Stated):
    state: State
    first: date
    last: date | None = None
    weekly_hours: float | None = Field(default=None, gt=0, le=168)


class CredentialEntry(Stated):
    credential: Id
    obtained_on: date
    expires_on: date | None = None


class FilingEntry(Stated):
    state: State
    requirement: Id
    filed_on: date


class DeterminationEntry(Stated):
    by: Literal["instructor", "supervisor"]
    name: Text
    day: date


class EvidenceFile(Content):
    """What the file says. Every list may be left out."""

    licenses: tuple[LicenseEntry, ...] = ()
    training: tuple[TrainingEntry, ...] = ()
    sessions: tuple[SessionEntry, ...] = ()
    examinations: tuple[ExaminationEntry, ...] = ()
    practice: tuple[PracticeEntry, ...] = ()
    credentials: tuple[CredentialEntry, ...] = ()
    filings: tuple[FilingEntry, ...] = ()
    determinations: tuple[DeterminationEntry, ...] = ()


def read(text: str, file: str, problems: Problems) -> tuple[Document, EvidenceFile] | None:
    """Return the file with its lines, or None after adding its problems."""
    document = parse(text, file, problems)
    entries = document and typed(EvidenceFile, document, problems)
    return (document, entries) if document and entries else None


def evidence_of(file: EvidenceFile) -> Evidence:
    """Return the file's facts as the engine takes them."""
    return Evidence(
        licenses=tuple(
            HeldLicense(
                jurisdiction=one.state,
                profession=one.profession,
                first_licensed=one.first_licensed,
                unrestricted=one.unrestricted,
                **one.proof,
            )
            for one in file.licenses
        ),
        training=tuple(_training(one) for one in file.training),
        sessions=tuple(session for one in file.sessions for session in _sessions(one)),
        examinations=tuple(
            PassedExamination(
                title=one.title, form=one.form, on=one.day, in_person=one.in_person, percent=one.percent, **one.proof
            )
            for one in file.examinations
        ),
        practice=tuple(
            TimeInPractice(
                jurisdiction=one.state, first=one.first, last=one.last, weekly_hours=one.weekly_hours, **one.proof
            )
            for one in file.practice
        ),
        credentials=tuple(
            HeldCredential(
                credential=one.credential, obtained_on=one.obtained_on, expires_on=one.expires_on, **one.proof
            )
            for one in file.credentials
        ),
        filings=tuple(
            FiledPaper(jurisdiction=one.state, requirement=one.requirement, filed_on=one.filed_on, **one.proof)
            for one in file.filings
        ),
        determinations=tuple(
            SignedDetermination(by=one.by, name=one.name, on=one.day, **one.proof) for one in file.determinations
        ),
    )


def profession_in(file: EvidenceFile, state: str) -> Profession:
    """Return the profession to judge in the state: of the license there, else of the first license; PT before PTA."""
    there = [one.profession for one in file.licenses if one.state == state]
    if there:
        return "PT" if "PT" in there else "PTA"
    return file.licenses[0].profession if file.licenses else "PT"


def _training(one: TrainingEntry) -> Training:
    return Training(
        title=one.title,
        provider=one.provider,
        mode=one.mode,
        minutes=round(one.hours * HOUR_MINUTES),
        completed_on=one.completed_on,
        topics=frozenset(one.topics),
        approvals=one.approvals,
        entry_level=one.entry_level,
        **one.proof,
    )


def _sessions(one: SessionEntry) -> Iterator[TreatmentSession]:
    supervisor = _supervisor(one.supervisor) if one.supervisor else None
    for _ in range(one.count):
        yield TreatmentSession(
            on=one.day,
            minutes=one.minutes,
            supervisor=supervisor,
            remote=one.remote,
            jurisdiction=one.state,
            **one.proof,
        )


def _supervisor(one: SupervisorEntry) -> SupervisorFacts:
    return SupervisorFacts(
        name=one.name,
        profession=one.profession,
        jurisdiction=one.state,
        license_years=one.license_years,
        needling_years=one.needling_years,
        sessions=one.sessions,
    )

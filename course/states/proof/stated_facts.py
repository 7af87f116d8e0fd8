"""What a person states in words and fields, as evidence of the requirement engine."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from course.platform.dates import long_date
from course.states.proof.choices import CREDENTIALS, EXAMINATION_FORMS, SIGNERS
from course.states.requirements.evidence import (
    Fact,
    FiledPaper,
    HeldCredential,
    PassedExamination,
    SignedDetermination,
    TimeInPractice,
)


class Kind(StrEnum):
    PRACTICE = "practice"
    CREDENTIAL = "credential"
    EXAMINATION = "examination"
    DETERMINATION = "determination"
    LICENSE = "license"
    FILING = "filing"

    @property
    def label(self) -> str:
        return LABELS[self]


@dataclass(frozen=True, kw_only=True)
class UnrestrictedLicense(Fact):
    """That the license in this place was unrestricted on a day."""

    jurisdiction: str
    on: date


TYPES: Mapping[Kind, type[Fact]] = {
    Kind.PRACTICE: TimeInPractice,
    Kind.CREDENTIAL: HeldCredential,
    Kind.EXAMINATION: PassedExamination,
    Kind.DETERMINATION: SignedDetermination,
    Kind.LICENSE: UnrestrictedLicense,
    Kind.FILING: FiledPaper,
}
LABELS = {
    Kind.PRACTICE: "Time in practice",
    Kind.CREDENTIAL: "Credential",
    Kind.EXAMINATION: "Examination elsewhere",
    Kind.DETERMINATION: "Determination of competence elsewhere",
    Kind.LICENSE: "Unrestricted license",
    Kind.FILING: "Paper sent to a board",
}
FORM_KINDS = tuple(kind for kind in Kind if kind is not Kind.FILING)  # a filing is stated at its requirement


def to_json(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts as the database stores them."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in facts.items()}


def fact(kind: Kind, facts: Mapping[str, Any], **about: Any) -> Fact:
    """Return stored facts as evidence. `about`: verified_by, verified_on and source."""
    return TypeAdapter(TYPES[kind]).validate_python({**facts, **about})


def names_of(kind: Kind) -> tuple[str, ...]:
    """Return the names of the kind's own facts."""
    shared = {field.name for field in fields(Fact)}
    return tuple(field.name for field in fields(TYPES[kind]) if field.name not in shared)


def in_words(stated: Fact, places: Mapping[str, str]) -> str:
    """Return the fact as lists show it. `places`: names of states and territories by code."""
    match stated:
        case TimeInPractice():
            until = f"to {long_date(stated.last)}" if stated.last else "until today"
            hours = f", {stated.weekly_hours:g} hours a week" if stated.weekly_hours else ""
            return f"{places[stated.jurisdiction]}, {long_date(stated.first)} {until}{hours}"
        case HeldCredential():
            ends = f", expires {long_date(stated.expires_on)}" if stated.expires_on else ""
            return f"{CREDENTIALS[stated.credential]}, since {long_date(stated.obtained_on)}{ends}"
        case PassedExamination():
            score = f", {stated.percent}%" if stated.percent is not None else ""
            where = ", in person" if stated.in_person else ""
            return f"{stated.title}, {EXAMINATION_FORMS[stated.form].lower()}, {long_date(stated.on)}{score}{where}"
        case SignedDetermination():
            return f"Signed by {stated.name}, {SIGNERS[stated.by].lower()}, {long_date(stated.on)}"
        case UnrestrictedLicense():
            return f"{places[stated.jurisdiction]}, as of {long_date(stated.on)}"
        case FiledPaper():
            return f"{places[stated.jurisdiction]}: {stated.requirement}, sent {long_date(stated.filed_on)}"
    raise TypeError(type(stated))

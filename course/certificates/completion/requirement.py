"""A requirement of a course, as met or open for one person."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RequirementKind(StrEnum):
    STUDY = "study"
    QUIZ = "quiz"
    HANDS_ON = "hands-on"
    SKILL = "skill"
    SESSIONS = "sessions"
    DETERMINATION = "determination"
    EVALUATION = "evaluation"
    EMAIL = "email"
    LICENSE = "license"


@dataclass(frozen=True)
class Requirement:
    """`id`: of the module, assessment, skill or course. `evidence`: what met it, or what to do. `at`: when it was met.

    `is_short`: less time is on record for the module than the course file asks for.
    """

    kind: RequirementKind
    id: str
    title: str
    met: bool
    evidence: str
    at: datetime | None = None
    is_short: bool = False

"""What a supervisor states about themselves when they answer a request, and where it falls short of a state's rule."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from course.states.requirements.evidence import SupervisorFacts

# The words of the states' rules, and how they are shown.
PROFESSIONS = {
    "physical therapist": "Physical therapist",
    "physician": "Physician (MD)",
    "osteopathic physician": "Osteopathic physician (DO)",
    "acupuncture and Eastern medicine practitioner": "Acupuncturist",
    "advanced registered nurse practitioner": "Nurse practitioner",
    "naturopath": "Naturopath",
    "chiropractor": "Chiropractor",
    "member of another profession": "Another profession",
}
RELATIONS = {
    "supervisor": "Supervisor at work",
    "colleague": "Colleague",
    "instructor": "Instructor of a course",
    "other": "Other",
}


@dataclass(frozen=True, kw_only=True)
class SupervisorStatement:
    """`name` is the signature. Years are whole years; `sessions` are those in which the supervisor needled.

    `needs_no_more`: the therapist needs no more supervised sessions, which Florida's rule lets the supervisor document.
    """

    name: str
    profession: str
    jurisdiction: str
    license_number: str
    license_years: int
    needling_years: int
    sessions: int
    relation: str
    needs_no_more: bool = False

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(**data)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def profession_words(self) -> str:
        return PROFESSIONS[self.profession]

    @property
    def relation_words(self) -> str:
        return RELATIONS[self.relation]

    @property
    def facts(self) -> SupervisorFacts:
        """Return what the rules of a state ask of a supervisor."""
        return SupervisorFacts(
            name=self.name,
            profession=self.profession,
            jurisdiction=self.jurisdiction,
            license_years=self.license_years,
            needling_years=self.needling_years,
            sessions=self.sessions,
        )

"""The content's types: frozen, strict about unknown keys, validated where they are made."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from course.catalog import hours
from course.catalog.base import Content, Id, ReferenceId, Text
from course.catalog.cross_section import CrossSection, Placement
from course.catalog.needle import judge


class Domain(StrEnum):
    FOUNDATIONS = "foundations"
    ANATOMY = "anatomy"
    SAFETY = "safety"
    SCOPE = "scope"


class Competency(StrEnum):
    """The domains of the competency blueprint; psychomotor skill is not assessed online."""

    FOUNDATIONS = "foundations"
    ANATOMY = "anatomy"
    SCREENING = "screening"
    ASEPSIS = "asepsis"
    EMERGENCIES = "emergencies"
    PRACTICE = "practice"


class Region(StrEnum):
    """The parts of the body map."""

    HEAD_NECK = "head-neck"
    THORAX = "thorax"
    ARM = "arm"
    LUMBAR_HIP = "lumbar-hip"
    LEG = "leg"


class Mode(StrEnum):
    """How contact time was spent; every minute on record has one."""

    SELF_PACED_ONLINE = "self_paced_online"
    LIVE_ONLINE = "live_online"
    IN_PERSON = "in_person"


class Objective(Content):
    """`topics` are ids of glossary terms: what this objective shares with objectives of other modules."""

    id: Id
    text: Text
    competency: Competency
    topics: tuple[Id, ...] = Field(min_length=1)


class Reference(Content):
    id: ReferenceId
    authors: Text | None = None
    title: Text
    source: Text
    year: int = Field(ge=1800, le=2100)
    doi: Text | None = None
    pmid: Annotated[str, StringConstraints(pattern=r"^\d+$")] | None = None
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] | None = None

    @property
    def link(self) -> str | None:
        if self.doi:
            return f"https://doi.org/{self.doi}"
        return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/" if self.pmid else self.url


class Option(Content):
    id: Annotated[str, StringConstraints(pattern=r"^[a-h]$")]
    text: Text


class Question(Content):
    """What knowledge checks and quiz items share: a stem, options and a key."""

    id: Id
    type: Literal["single", "multiple"]
    stem: Text
    options: tuple[Option, ...] = Field(min_length=2)
    key: tuple[str, ...]
    rationale: Text

    @field_validator("options", mode="before")
    @classmethod
    def _options(cls, given: Any) -> Any:
        if isinstance(given, dict):
            return tuple({"id": id_, "text": text} for id_, text in given.items())
        return given

    @field_validator("key", mode="before")
    @classmethod
    def _key(cls, given: Any) -> Any:
        return (given,) if isinstance(given, str) else given

    @model_validator(mode="after")
    def _key_fits(self) -> "Question":
        ids = [option.id for option in self.options]
        if unknown := [id_ for id_ in self.key if id_ not in ids]:
            raise ValueError(f"the key names {', '.join(unknown)}, which is no option; use one of {', '.join(ids)}")
        if self.type == "single" and len(self.key) != 1:
            raise ValueError("a single-best-answer question has one letter as its key")
        if self.type == "multiple" and not 2 <= len(set(self.key)) < len(ids):
            raise ValueError("a multiple-response key has two letters or more, and leaves at least one option out")
        return self


class Check(Question):
    """A knowledge check in the text."""

    @property
    def solution(self) -> set[str]:
        return set(self.key)


class NeedleCheck(Content):
    """A knowledge check in the text: place the needle on a cross-section so that it reaches the target safely."""

    id: Id
    type: Literal["needle"]
    figure: Id
    stem: Text
    answer: Placement
    rationale: Text
    section: CrossSection

    @property
    def solution(self) -> Placement:
        return self.answer

    @model_validator(mode="after")
    def _answer_is_right(self) -> "NeedleCheck":
        if not (verdict := judge(self.section, self.answer)).right:
            raise ValueError(f"`answer` is not right: {' '.join(verdict.reasons) or 'it misses the target'}")
        return self


class Item(Question):
    """An item of a quiz bank."""

    objective: Id
    level: Literal["recall", "application", "case"]
    difficulty: int = Field(ge=1, le=3)
    references: tuple[ReferenceId, ...] = Field(min_length=1)
    must_pass: bool = False
    sources: tuple[Reference, ...] = ()  # beside the module's references, for an item made from a state's entry

    @cached_property
    def digest(self) -> str:
        return digest_of(self.model_dump_json())


class StateItem(Content):
    """A pattern from which an item is made for each jurisdiction of a learner, out of the state entries.

    `fact` is the place of the asked value in an entry, `answer` its wording with {value}; `words` replace values that
    are no numbers. `stem` and `rationale` may hold {state}, the rationale also {answer}.
    """

    id: Id
    objective: Id
    level: Literal["recall", "application", "case"]
    difficulty: int = Field(ge=1, le=3)
    fact: Literal[
        "status", "basis", "experience_years", "training.total_hours", "training.didactic_hours",
        "training.practical_hours", "training.in_person_hours", "training.supervised_sessions",
        "license_ce.hours", "license_ce.period_years",
    ]  # fmt: skip
    stem: Text
    answer: Text = "{value}"
    words: Mapping[str, Text] = {}
    rationale: Text


class Bank(Content):
    module: Id
    blueprint: Mapping[Id, Annotated[int, Field(ge=1)]]
    items: tuple[Item, ...] = Field(min_length=1)
    state_items: tuple[StateItem, ...] = ()
    digest: str

    @property
    def length(self) -> int:
        """How many items one quiz draws."""
        return sum(self.blueprint.values())


class Section(Content):
    """`parts` are safe HTML and knowledge checks in the order of the text.

    `terms` are the glossary terms that it explains, `media` the files of its clips, relative to the module's folder.
    """

    id: Id
    title: Text
    parts: tuple[str | Check | NeedleCheck, ...]
    cited: tuple[ReferenceId, ...]
    terms: tuple[Id, ...]
    media: tuple[str, ...]
    text: str
    words: int
    digest: str

    @property
    def checks(self) -> tuple[Check | NeedleCheck, ...]:
        return tuple(part for part in self.parts if not isinstance(part, str))

    @property
    def reading_minutes(self) -> int:
        """At 130 words a minute, slower than a novel, and a minute for each knowledge check."""
        return max(1, round(self.words / 130 + len(self.checks)))


class ModuleFile(Content):
    """What `module.yaml` says."""

    title: Text
    summary: Text
    domain: Domain
    region: Region | None = None
    difficulty: int = Field(ge=1, le=5)
    version: Text
    claimed_minutes: int | None = Field(default=None, ge=0)
    prerequisites: tuple[Id, ...]
    objectives: tuple[Objective, ...] = Field(min_length=1)
    references: tuple[Reference, ...] = Field(min_length=1)


class Module(ModuleFile):
    """`digest` pins the files and figures; `reviewed_digest`, which a reviewer signs, also the bank and terms."""

    id: Id
    sections: tuple[Section, ...] = Field(min_length=1)
    quiz_length: int
    digest: str
    reviewed_digest: str

    def section(self, section_id: str) -> Section:
        """Raises KeyError where the module has no such section."""
        return {section.id: section for section in self.sections}[section_id]

    @cached_property
    def words(self) -> int:
        return sum(section.words for section in self.sections)

    @cached_property
    def questions(self) -> int:
        return self.quiz_length + sum(len(section.checks) for section in self.sections)

    @cached_property
    def computed_minutes(self) -> int:
        return hours.contact_minutes(words=self.words, questions=self.questions, difficulty=self.difficulty)

    @property
    def minutes(self) -> int:
        """Self-paced online contact minutes: what the file claims, which is never more than what is computed."""
        return self.computed_minutes if self.claimed_minutes is None else self.claimed_minutes

    @cached_property
    def topics(self) -> frozenset[str]:
        return frozenset(topic for objective in self.objectives for topic in objective.topics)

    def numbered(self, ids: tuple[str, ...]) -> list[tuple[int, Reference]]:
        """The named references with their numbers in this module's list, which is in order of first citation."""
        return [(n, ref) for n, ref in enumerate(self.references, start=1) if ref.id in ids]


class Term(Content):
    """A glossary term. `also` are other words for it that are explained in the text, too."""

    id: Id
    term: Text
    also: tuple[Text, ...] = ()
    definition: Text
    references: tuple[ReferenceId, ...]


class GlossaryFile(Content):
    references: tuple[Reference, ...]
    terms: tuple[Term, ...] = Field(min_length=1)


class Glossary(GlossaryFile):
    @cached_property
    def by_id(self) -> dict[str, Term]:
        return {term.id: term for term in self.terms}

    def cited_by(self, term: Term) -> list[Reference]:
        return [reference for reference in self.references if reference.id in term.references]


class Provider(Content):
    """`certify_unreviewed` false refuses certificates while a module of the course awaits clinical review."""

    name: Text
    number: Text | None
    address: Text | None
    contact: Text | None
    certify_unreviewed: bool = True
    state_check_days: int = Field(default=180, ge=1)


class Assessment(Content):
    """A quiz that counts: which bank, the pass mark in per cent, attempts, hours to wait after a second failure."""

    id: Id
    bank: Id
    pass_mark: int = Field(ge=1, le=100)
    attempts: int = Field(ge=1)
    wait_hours: int = Field(ge=0)


class Approval(Content):
    state: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    number: Text


class Course(Content):
    id: Id
    title: Text
    summary: Text
    version: Text
    modules: tuple[Id, ...] = Field(min_length=1)
    assessments: tuple[Id, ...] = Field(min_length=1)
    hands_on_minutes: int = Field(ge=0)
    certificate: Literal["on_approval", "at_once"]
    approvals: tuple[Approval, ...]
    instructor: Text | None


class EvaluationQuestion(Content):
    id: Id
    question: Text
    type: Literal["scale", "yes_no", "text"]
    required: bool


class CoursesFile(Content):
    provider: Provider
    attestation: Text
    evaluation: tuple[EvaluationQuestion, ...] = Field(min_length=1)
    assessments: tuple[Assessment, ...]
    courses: tuple[Course, ...]


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


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """All content, as one whole; the mappings are read-only and keep the order of the files."""

    modules: Mapping[str, Module]
    banks: Mapping[str, Bank]
    assessments: Mapping[str, Assessment]
    courses: Mapping[str, Course]
    jurisdictions: Mapping[str, Jurisdiction]
    glossary: Glossary
    compiled_on: date
    evaluation: tuple[EvaluationQuestion, ...]
    attestation: str
    provider: Provider
    digest: str

    def quiz_of(self, module_id: str) -> Assessment | None:
        """The assessment that draws on this module's bank."""
        return next((a for a in self.assessments.values() if self.banks[a.bank].module == module_id), None)

    def related(self, module: Module) -> list[tuple[Module, list[Term]]]:
        """Other modules whose objectives share topics with this one's, most shared first, with the shared terms."""
        terms = self.glossary.by_id
        found = [
            (other, [terms[topic] for topic in sorted(other.topics & module.topics)])
            for other in self.modules.values()
            if other.id != module.id and other.topics & module.topics
        ]
        return sorted(found, key=lambda pair: -len(pair[1]))[:3]

    def course_digest(self, course: Course) -> str:
        """Pins everything that the course consists of."""
        parts = [self.modules[m].digest for m in course.modules]
        parts += [self.banks[self.assessments[a].bank].digest for a in course.assessments]
        return digest_of(course.model_dump_json(), *parts)


def digest_of(*parts: str | bytes) -> str:
    """SHA-256 in hex over the parts, each with its length before it."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        whole.update(len(data).to_bytes(8) + data)
    return whole.hexdigest()

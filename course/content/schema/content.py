"""The content's types: frozen, strict about unknown keys, validated where they are made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from course.content.base import Content, Id, Reference, ReferenceId, Text, digest_of
from course.content.figures.cross_section import CrossSection, Placement
from course.content.figures.needle import require_right
from course.content.items import AnyItem
from course.content.items.base import Item, Level
from course.content.items.options import Options, require_one_key, require_several_keys
from course.content.schema import hours
from course.content.schema.boards import Board
from course.content.schema.jurisdiction import Jurisdiction


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

    @property
    def words(self) -> str:
        return {"self_paced_online": "self-paced online"}.get(self.value, self.value.replace("_", " "))


class Objective(Content):
    """`topics` are ids of glossary terms: what this objective shares with objectives of other modules."""

    id: Id
    text: Text
    competency: Competency
    topics: tuple[Id, ...] = Field(min_length=1)


class Check(Options):
    """A knowledge check in the text."""

    id: Id
    type: Literal["single", "multiple"]
    stem: Text
    rationale: Text

    @property
    def solution(self) -> set[str]:
        return set(self.key)

    @model_validator(mode="after")
    def _key_fits(self) -> "Check":
        if self.type == "single":
            require_one_key(self.key)
        else:
            require_several_keys(self.key, self.options)
        return self


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
        require_right(self.section, self.answer)
        return self


class StateItem(Content):
    """A pattern from which an item is made for each jurisdiction of a learner, out of the state entries.

    `fact` is the place of the asked value in an entry, `answer` its wording with {value}; `words` replace values that
    are no numbers. `stem` and `rationale` may hold {state}, the rationale also {answer}.
    """

    id: Id
    objective: Id
    level: Level
    difficulty: int = Field(ge=1, le=3)
    fact: Literal[
        "status",
        "basis",
        "experience_years",
        "training.total_hours",
        "training.didactic_hours",
        "training.practical_hours",
        "training.in_person_hours",
        "training.supervised_sessions",
        "license_ce.hours",
        "license_ce.period_years",
    ]
    stem: Text
    answer: Text = "{value}"
    words: Mapping[str, Text] = {}
    rationale: Text


class Cell(Content):
    """A line of a blueprint: so many items of what it names. What it leaves out is free."""

    items: int = Field(ge=1)
    module: Id | None = None
    competency: Competency | None = None
    objective: Id | None = None
    level: Level | None = None
    difficulty: int | None = Field(default=None, ge=1, le=3)

    def __str__(self) -> str:
        named = [str(value) for name, value in self if name != "items" and value is not None]
        return f"{self.items} of {', '.join(named) or 'any kind'}"


def _cells(given: Any) -> Any:
    """A blueprint may be written short, as objective: number of items."""
    if isinstance(given, dict):
        return tuple({"objective": objective, "items": items} for objective, items in given.items())
    return given


Blueprint = Annotated[tuple[Cell, ...], BeforeValidator(_cells), Field(min_length=1)]


class Bank(Content):
    """`cases` are vignettes by id; the items that name one are drawn together, in the order of the bank."""

    module: Id
    blueprint: Blueprint
    cases: Mapping[Id, Text] = {}
    items: tuple[AnyItem, ...] = Field(min_length=1)
    state_items: tuple[StateItem, ...] = ()
    digest: str

    @model_validator(mode="before")
    @classmethod
    def _vignettes(cls, given: Any) -> Any:
        """Each item of a case carries its vignette, so that a stored wording is whole."""
        if not isinstance(given, dict) or not isinstance(given.get("cases"), dict):
            return given
        cases, items = given["cases"], given.get("items") or ()
        return given | {
            "items": [
                item | {"vignette": cases[item["case"]]}
                if isinstance(item, dict) and item.get("case") in cases
                else item
                for item in items
            ]
        }

    @property
    def length(self) -> int:
        """How many items one quiz draws."""
        return sum(cell.items for cell in self.blueprint)

    def drawn_of(self, objective: str) -> int:
        """How many items of the objective are drawn at least."""
        return sum(cell.items for cell in self.blueprint if cell.objective == objective)


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

    def taught_in(self, item: Item) -> Section:
        """The section that teaches an item: the one it names, else the first that cites most of its references."""
        named = [section for section in self.sections if section.id == item.section]
        return named[0] if named else max(self.sections, key=lambda s: len({*s.cited} & {*item.references}))

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
    """`signer`: who answers for certificates, with the title, as boards ask.

    `certify_unreviewed` false refuses certificates while a module of the course awaits clinical review."""

    name: Text
    number: Text | None
    address: Text | None
    contact: Text | None
    signer: Text | None = None
    certify_unreviewed: bool = True
    state_check_days: int = Field(default=180, ge=1)


Shown = Literal["each", "end", "never"]


class Feedback(Content):
    """What a learner is shown of a submitted attempt: after each, at the end (passed, or no attempt left), or never."""

    score: Shown = "each"
    objectives: Shown = "each"
    answers: Shown = "each"
    rationales: Shown = "each"


class Assessment(Content):
    """A quiz that counts: its banks, its blueprint (the one bank's if none), the pass mark in per cent, attempts.

    `wait_hours` run from the second failure on. `minutes` is the time limit; `grace_seconds` later a save that was on
    its way still counts. `reread`: what was missed is read again before a retake opens. `after`: assessments that are
    passed first. `practice`: the items may be practiced.
    """

    id: Id
    title: Text | None = None
    banks: tuple[Id, ...] = Field(min_length=1)
    blueprint: Blueprint | None = None
    pass_mark: int = Field(ge=1, le=100)
    attempts: int = Field(ge=1)
    wait_hours: int = Field(ge=0)
    minutes: int | None = Field(default=None, ge=1, le=600)
    grace_seconds: int = Field(default=30, ge=0, le=600)
    reread: bool = False
    after: tuple[Id, ...] = ()
    practice: bool = True
    feedback: Feedback = Feedback()

    @model_validator(mode="before")
    @classmethod
    def _one_bank(cls, given: Any) -> Any:
        if isinstance(given, dict) and "bank" in given and "banks" not in given:
            return {name: value for name, value in given.items() if name != "bank"} | {"banks": [given["bank"]]}
        return given

    @model_validator(mode="after")
    def _has_blueprint(self) -> "Assessment":
        if len(self.banks) > 1 and self.blueprint is None:
            raise ValueError("an assessment over several banks has a blueprint of its own")
        if len(self.banks) > 1 and self.title is None:
            raise ValueError("an assessment over several banks has a title")
        return self


class Course(Content):
    """`valid_months`: a certificate ends so long after the completion; None: it never does."""

    id: Id
    title: Text
    summary: Text
    version: Text
    modules: tuple[Id, ...] = Field(min_length=1)
    assessments: tuple[Id, ...] = Field(min_length=1)
    hands_on_minutes: int = Field(ge=0)
    certificate: Literal["on_approval", "at_once"]
    instructor: Text | None
    valid_months: int | None = Field(default=None, ge=1)


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


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """All content, as one whole; the mappings are read-only and keep the order of the files."""

    modules: Mapping[str, Module]
    banks: Mapping[str, Bank]
    assessments: Mapping[str, Assessment]
    courses: Mapping[str, Course]
    jurisdictions: Mapping[str, Jurisdiction]
    boards: Mapping[str, Board]
    glossary: Glossary
    compiled_on: date
    evaluation: tuple[EvaluationQuestion, ...]
    attestation: str
    provider: Provider
    digest: str

    def quiz_of(self, module_id: str) -> Assessment | None:
        """The assessment that draws on this module's bank alone."""
        return next((a for a in self.assessments.values() if a.banks == (module_id,)), None)

    def title_of(self, assessment: Assessment) -> str:
        return assessment.title or f"Quiz: {self.modules[assessment.banks[0]].title}"

    def blueprint_of(self, assessment: Assessment) -> tuple[Cell, ...]:
        return assessment.blueprint or self.banks[assessment.banks[0]].blueprint

    def length_of(self, assessment: Assessment) -> int:
        """How many items one attempt has."""
        return sum(cell.items for cell in self.blueprint_of(assessment))

    def assessment_digest(self, assessment: Assessment) -> str:
        """Pins the banks that it draws on; of one bank, the bank's own digest."""
        digests = [self.banks[bank].digest for bank in assessment.banks]
        return digests[0] if len(digests) == 1 else digest_of(*digests)

    @cached_property
    def items(self) -> dict[str, tuple[Item, Module]]:
        """Every item of every bank by its id, with the module that teaches it."""
        return {item.id: (item, self.modules[bank.module]) for bank in self.banks.values() for item in bank.items}

    def taught_in(self, missed: Iterable[tuple[Item, str | None]]) -> list[tuple[str, str]]:
        """The sections, as (module, section), that teach these items of these modules, in the order of the course."""
        found = set()
        for item, module_id in missed:
            current = self.items.get(item.id)
            module = current[1] if current else self.modules.get(module_id or "")
            if module:
                found.add((module.id, module.taught_in(current[0] if current else item).id))
        order = [(module.id, section.id) for module in self.modules.values() for section in module.sections]
        return [place for place in order if place in found]

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
        """Pins everything that the course consists of.

        What the course file leaves out is left out here, too, so that a later release that knows more of a course
        does not end the approvals of those that stayed as they were.
        """
        parts = [self.modules[m].digest for m in course.modules]
        parts += [self.assessment_digest(self.assessments[a]) for a in course.assessments]
        return digest_of(course.model_dump_json(exclude_defaults=True), *parts)

"""A module: what `module.yaml` says, and the sections."""

from enum import StrEnum
from functools import cached_property

from pydantic import Field

from course.content.base import Content, Id, Reference, ReferenceId, Text
from course.content.items.base import Item
from course.content.schema import hours
from course.content.schema.knowledge_check import KnowledgeCheck, NeedleCheck

WORDS_PER_MINUTE = 130  # slower than leisure reading, because this is study text


class Domain(StrEnum):
    """The subject areas of modules, as boards ask for them."""

    FOUNDATIONS = "foundations"
    ANATOMY = "anatomy"
    SAFETY = "safety"
    SCOPE = "scope"


class Competency(StrEnum):
    """The domains of the competency blueprint. Psychomotor skill is not assessed online."""

    FOUNDATIONS = "foundations"
    ANATOMY = "anatomy"
    SCREENING = "screening"
    ASEPSIS = "asepsis"
    EMERGENCIES = "emergencies"
    PRACTICE = "practice"


class Region(StrEnum):
    """The regions of the body map."""

    HEAD_NECK = "head-neck"
    THORAX = "thorax"
    ARM = "arm"
    LUMBAR_HIP = "lumbar-hip"
    LEG = "leg"

    @property
    def words(self) -> str:
        """Return the region as it is printed, such as `Head and neck`."""
        return _REGION_WORDS[self]


_REGION_WORDS = {
    Region.HEAD_NECK: "Head and neck",
    Region.THORAX: "Chest and upper back",
    Region.ARM: "Shoulder and arm",
    Region.LUMBAR_HIP: "Low back and hip",
    Region.LEG: "Thigh, leg and foot",
}


class Objective(Content):
    """A learning objective. `topics` are ids of glossary terms, which link it to objectives of other modules."""

    id: Id
    text: Text
    competency: Competency
    topics: tuple[Id, ...] = Field(min_length=1)


class Section(Content):
    """`parts` are safe HTML and knowledge checks in the order of the text.

    `terms` are the glossary terms that the section explains. `media` are the files of its clips, relative to the
    module's folder.
    """

    id: Id
    title: Text
    parts: tuple[str | KnowledgeCheck | NeedleCheck, ...]
    cited: tuple[ReferenceId, ...]
    terms: tuple[Id, ...]
    media: tuple[str, ...]
    text: str
    words: int
    digest: str

    @property
    def checks(self) -> tuple[KnowledgeCheck | NeedleCheck, ...]:
        """Return the knowledge checks in the order of the text."""
        return tuple(part for part in self.parts if not isinstance(part, str))

    @property
    def reading_minutes(self) -> int:
        """Return the reading time plus a minute for each knowledge check, at least one minute."""
        return max(1, round(self.words / WORDS_PER_MINUTE + len(self.checks)))


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
    """A module with its sections.

    `digest` covers the files and figures. `reviewed_digest`, which a reviewer signs, also covers the bank and the
    glossary terms that the sections explain.
    """

    id: Id
    sections: tuple[Section, ...] = Field(min_length=1)
    quiz_length: int
    digest: str
    reviewed_digest: str

    def section(self, section_id: str) -> Section:
        """Return the section. Raise KeyError if the module has no such section."""
        return {section.id: section for section in self.sections}[section_id]

    @cached_property
    def words(self) -> int:
        """Return the number of words in all sections."""
        return sum(section.words for section in self.sections)

    @cached_property
    def questions(self) -> int:
        """Return the number of questions in the quiz and the knowledge checks."""
        return self.quiz_length + sum(len(section.checks) for section in self.sections)

    @cached_property
    def computed_minutes(self) -> int:
        """Return the contact minutes by the formula."""
        return hours.contact_minutes(words=self.words, questions=self.questions, difficulty=self.difficulty)

    @property
    def minutes(self) -> int:
        """Return the self-paced contact minutes: the claimed ones, which never exceed the computed ones."""
        return self.computed_minutes if self.claimed_minutes is None else self.claimed_minutes

    @cached_property
    def topics(self) -> frozenset[str]:
        """Return the topics of all objectives."""
        return frozenset(topic for objective in self.objectives for topic in objective.topics)

    def taught_in(self, item: Item) -> Section:
        """Return the section that teaches an item: the one it names, or the first that cites most of its references."""
        named = [section for section in self.sections if section.id == item.section]
        return named[0] if named else max(self.sections, key=lambda s: len({*s.cited} & {*item.references}))

    def numbered(self, ids: tuple[str, ...]) -> list[tuple[int, Reference]]:
        """Return the references with these ids and their numbers in the module's list.

        The list is in the order of first citation.
        """
        return [(n, ref) for n, ref in enumerate(self.references, start=1) if ref.id in ids]

"""The skills of hands-on training, and what an instructor signs: the types of modules/skills.yaml."""

from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import Field, StringConstraints

from course.content.base import Content, Id, Reference, ReferenceId, Text, digest_of

Statement = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"(?s)\{learner\}.*\{course\}")]


class SkillArea(StrEnum):
    """The areas of competence that no online part can give."""

    CONSENT = "consent"
    POSITIONING = "positioning"
    PALPATION = "palpation"
    SHARPS = "sharps"
    INSERTION = "insertion"
    MANIPULATION = "manipulation"
    EMERGENCY = "emergency"

    @property
    def words(self) -> str:
        """Return the name of the area on pages."""
        return {
            "consent": "Consent conversation",
            "positioning": "Draping and positioning",
            "sharps": "Needle handling and sharps",
            "emergency": "Emergency drills",
        }.get(self.value, self.value.capitalize())


class Rubric(Content):
    """What an instructor looks for: steps that all have to be seen, and errors of which one fails the skill."""

    title: Text
    area: SkillArea
    steps: tuple[Text, ...] = Field(min_length=1)
    critical_errors: tuple[Text, ...] = Field(min_length=1)


class Skill(Rubric):
    """A skill. `topics` are ids of modules/topics.yaml, `references` ids of the file's list."""

    id: Id
    topics: tuple[Id, ...] = Field(min_length=1)
    references: tuple[ReferenceId, ...] = Field(min_length=1)

    @property
    def rubric(self) -> Rubric:
        """Return what is kept of the skill with each sign-off."""
        return Rubric(title=self.title, area=self.area, steps=self.steps, critical_errors=self.critical_errors)

    @cached_property
    def digest(self) -> str:
        """Return a digest over the rubric. It changes with every word that an instructor signs under."""
        return digest_of(self.id, self.rubric.model_dump_json())


class DeterminationTexts(Content):
    """What an instructor signs about a learner, with places for the names of learner and course."""

    competent: Statement
    not_yet: Statement
    references: tuple[ReferenceId, ...] = Field(min_length=1)

    def statement(self, *, competent: bool, learner: str, course: str) -> str:
        """Return the statement with the names filled in."""
        text = self.competent if competent else self.not_yet
        return text.replace("{learner}", learner).replace("{course}", course)


class SkillList(Content):
    """What `skills.yaml` says. A reviewer signs it like a module, so it has the same id, title and digest."""

    determination: DeterminationTexts
    references: tuple[Reference, ...] = Field(min_length=1)
    skills: tuple[Skill, ...] = Field(min_length=1)

    @property
    def id(self) -> str:
        return "skills"

    @property
    def title(self) -> str:
        return "Hands-on skills"

    @cached_property
    def by_id(self) -> dict[str, Skill]:
        return {skill.id: skill for skill in self.skills}

    @cached_property
    def reviewed_digest(self) -> str:
        """Return a digest over everything that a reviewer reads."""
        return digest_of(self.model_dump_json())

    def numbered(self, ids: tuple[str, ...]) -> list[tuple[int, Reference]]:
        """Return the references with these ids and their numbers in the list."""
        return [(n, ref) for n, ref in enumerate(self.references, start=1) if ref.id in ids]

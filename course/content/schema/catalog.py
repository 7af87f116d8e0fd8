"""The catalog: all content of the product in one frozen object."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from course.content.base import digest_of
from course.content.items.base import Item
from course.content.schema.assessment import Assessment
from course.content.schema.bank import Bank
from course.content.schema.blueprint import Cell
from course.content.schema.boards import Board
from course.content.schema.course import Course, EvaluationQuestion, Provider, ReadingTimeRule
from course.content.schema.glossary import Glossary, Term
from course.content.schema.jurisdiction import Jurisdiction
from course.content.schema.module import Module
from course.content.schema.muscle import Muscle
from course.content.schema.skill import Skill, SkillList
from course.content.schema.territory import TERRITORIES, LicensingPlace
from course.content.schema.topic import Topic

MAX_RELATED_MODULES = 3


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """All content. The mappings are read-only and keep the order of the files."""

    modules: Mapping[str, Module]
    banks: Mapping[str, Bank]
    assessments: Mapping[str, Assessment]
    courses: Mapping[str, Course]
    jurisdictions: Mapping[str, Jurisdiction]
    boards: Mapping[str, Board]
    topics: Mapping[str, Topic]
    muscles: Mapping[str, Muscle]
    glossary: Glossary
    skills: SkillList
    evaluation: tuple[EvaluationQuestion, ...]
    attestation: str
    provider: Provider
    reading_time: ReadingTimeRule
    digest: str

    @cached_property
    def licensing_places(self) -> Mapping[str, LicensingPlace]:
        """Return every state and territory that a license can be from, by code, territories last."""
        return {
            **self.jurisdictions,
            **{code: one for code, one in TERRITORIES.items() if code not in self.jurisdictions},
        }

    def quiz_of(self, module_id: str) -> Assessment | None:
        """Return the assessment whose only bank is this module's, or None."""
        return next((a for a in self.assessments.values() if a.banks == (module_id,)), None)

    def title_of(self, assessment: Assessment) -> str:
        """Return the assessment's own title, or `Quiz:` and the module's title."""
        return assessment.title or f"Quiz: {self.modules[assessment.banks[0]].title}"

    def blueprint_of(self, assessment: Assessment) -> tuple[Cell, ...]:
        """Return the assessment's own blueprint, or that of its one bank."""
        return assessment.blueprint or self.banks[assessment.banks[0]].blueprint

    def length_of(self, assessment: Assessment) -> int:
        """Return the number of items of one attempt."""
        return sum(cell.items for cell in self.blueprint_of(assessment))

    def assessment_digest(self, assessment: Assessment) -> str:
        """Return a digest over the banks of the assessment. For one bank it is the bank's own digest."""
        digests = [self.banks[bank].digest for bank in assessment.banks]
        return digests[0] if len(digests) == 1 else digest_of(*digests)

    @cached_property
    def items(self) -> dict[str, tuple[Item, Module]]:
        """Return every item of every bank by id, with the module that teaches it."""
        return {item.id: (item, self.modules[bank.module]) for bank in self.banks.values() for item in bank.items}

    def taught_in(self, missed: Iterable[tuple[Item, str | None]]) -> list[tuple[str, str]]:
        """Return the sections that teach these items, as (module id, section id) in the order of the course.

        Each item comes with the id of its module, which is used if the item has left the bank.
        """
        found = set()
        for item, module_id in missed:
            current = self.items.get(item.id)
            module = current[1] if current else self.modules.get(module_id or "")
            if module:
                found.add((module.id, module.taught_in(current[0] if current else item).id))
        order = [(module.id, section.id) for module in self.modules.values() for section in module.sections]
        return [place for place in order if place in found]

    def skills_of(self, course: Course) -> tuple[Skill, ...]:
        """Return the skills that the course requires."""
        return tuple(self.skills.by_id[id_] for id_ in course.skills)

    def related(self, module: Module) -> list[tuple[Module, list[Term]]]:
        """Return up to three other modules that share topics, most shared first, each with the shared terms."""
        terms = self.glossary.by_id
        found = [
            (other, [terms[topic] for topic in sorted(other.topics & module.topics)])
            for other in self.modules.values()
            if other.id != module.id and other.topics & module.topics
        ]
        return sorted(found, key=lambda pair: -len(pair[1]))[:MAX_RELATED_MODULES]

    def course_digest(self, course: Course) -> str:
        """Return a digest over everything that the course consists of.

        Fields with default values are left out. Otherwise a release that adds a field to courses would end the
        approvals of courses that have not changed.
        """
        parts = [self.modules[m].digest for m in course.modules]
        parts += [self.assessment_digest(self.assessments[a]) for a in course.assessments]
        parts += [skill.digest for skill in self.skills_of(course)]
        return digest_of(course.model_dump_json(exclude_defaults=True), *parts)

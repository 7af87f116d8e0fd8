"""How far a learner is with the skills of a course."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from course.content.schema.skill import Skill


class Attempt(Protocol):
    @property
    def course_id(self) -> str: ...
    @property
    def skill_id(self) -> str: ...
    @property
    def passed(self) -> bool: ...
    @property
    def signed_at(self) -> datetime: ...


A = TypeVar("A", bound=Attempt)


@dataclass(frozen=True)
class SkillStanding(Generic[A]):
    """A skill with the learner's attempts, oldest first."""

    skill: Skill
    attempts: Sequence[A]

    @property
    def first_pass(self) -> A | None:
        """Return the attempt that passed the skill. A later failed one takes nothing away."""
        return next((attempt for attempt in self.attempts if attempt.passed), None)


def standings(course_id: str, skills: Iterable[Skill], attempts: Iterable[A]) -> list[SkillStanding[A]]:
    """Return how the learner stands with each skill of the course, in the order of the skills."""
    found: dict[str, list[A]] = {}
    for attempt in sorted(attempts, key=lambda one: one.signed_at):
        if attempt.course_id == course_id:
            found.setdefault(attempt.skill_id, []).append(attempt)
    return [SkillStanding(skill, found.get(skill.id, ())) for skill in skills]


def last_needed_pass(of_course: Sequence[SkillStanding[A]]) -> A | None:
    """Return the attempt with which the last skill was passed. None while a skill is open or the course has none."""
    passes = [one.first_pass for one in of_course]
    if not passes or None in passes:
        return None
    return max((one for one in passes if one is not None), key=lambda one: one.signed_at)

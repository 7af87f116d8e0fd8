"""Which areas of the law an entry says something about."""

from collections.abc import Iterable
from datetime import date

from course.content.schema.law import Area, Law, Requirement, Unread, walk


def areas_of(requirements: Iterable[Requirement], day: date) -> set[Area]:
    """Return the areas in which the requirements demand something on the day, or in which a rule was not read."""
    named = {area.value for area in Area}
    found: set[Area] = set()
    for rule in walk(requirements):
        if not rule.is_valid(day):
            continue
        if isinstance(rule, Unread):
            found.update(rule.areas)
        elif rule.kind in named:
            found.add(Area(rule.kind))
    return found


def unknown_areas(law: Law, day: date) -> list[Area]:
    """Return the areas of which no source was seen: no requirement, and no text that was read in full without one."""
    absent = {absence.area for absence in law.absences if absence.is_valid(day)}
    return [area for area in Area if area not in areas_of(law.requirements, day) | absent]

"""Of which areas of the law an entry says nothing."""

from collections.abc import Iterable
from datetime import date

from course.content.schema.law import Absence, Area, Requirement, Unread

NAMED = {area.value for area in Area}


def unknown_areas(in_force: Iterable[Requirement], absences: Iterable[Absence], day: date) -> list[Area]:
    """Return the areas of which no source was seen: no requirement in force, and no text that demands nothing there."""
    seen = {absence.area for absence in absences if absence.is_valid(day)}
    for rule in in_force:
        if isinstance(rule, Unread):
            seen.update(rule.areas)
        elif rule.kind in NAMED:
            seen.add(Area(rule.kind))
    return [area for area in Area if area not in seen]

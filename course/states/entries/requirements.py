"""What a state demands, as far as a change of it concerns the people licensed there. Pure."""

from collections.abc import Mapping
from typing import Any

from course.content.base import digest_of
from course.content.schema.jurisdiction import Jurisdiction

ENTRY_FIELDS = (
    "status",
    "experience_years",
    "required_topics",
    "assessment",
    "written_consent",
    "registration",
    "pta_permitted",
    "adverse_event_reporting",
)
LABELS = {
    "status": "status",
    "experience_years": "years of practice first",
    "required_topics": "topics",
    "assessment": "assessment",
    "written_consent": "written consent",
    "registration": "registration",
    "pta_permitted": "assistants may needle",
    "adverse_event_reporting": "adverse-event reporting",
    "total_hours": "hours in all",
    "didactic_hours": "didactic hours",
    "practical_hours": "practical hours",
    "in_person_hours": "in-person hours",
    "online_permitted": "online training counts",
    "supervised_sessions": "supervised sessions",
    "deadline_years": "deadline in years",
    "note": "note",
}


def requirements_of(entry: Jurisdiction) -> dict[str, Any]:
    """Status and demands of an entry, flat."""
    data: dict[str, Any] = entry.model_dump(mode="json")
    training: dict[str, Any] = data["training"]
    return {name: data[name] for name in ENTRY_FIELDS} | training


def digest(demanded: Mapping[str, Any]) -> str:
    return digest_of(*(f"{name}={demanded[name]}" for name in sorted(demanded)))


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[list[str]]:
    """What differs, as [name, before, after] in words."""
    return [
        [LABELS.get(name, name), in_words(before.get(name)), in_words(after[name])]
        for name in after
        if before.get(name) != after[name]
    ]


def in_words(value: Any) -> str:
    if value is None or value == []:
        return "not seen in a source"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return f"{value:g}"
    return ", ".join(value) if isinstance(value, list) else str(value)

"""The requirements of a state that matter to the people licensed there, and what changed between two editions."""

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
    "experience_years": "years in practice",
    "required_topics": "required topics",
    "assessment": "assessment",
    "written_consent": "written consent",
    "registration": "registration",
    "pta_permitted": "PTAs may needle",
    "adverse_event_reporting": "adverse-event reporting",
    "total_hours": "total hours",
    "didactic_hours": "didactic hours",
    "practical_hours": "practical hours",
    "in_person_hours": "in-person hours",
    "online_permitted": "online training counts",
    "supervised_sessions": "supervised sessions",
    "deadline_years": "deadline in years",
    "note": "note",
}


def requirements_of(entry: Jurisdiction) -> dict[str, Any]:
    """Return the status and the requirements of an entry as one flat mapping."""
    data: dict[str, Any] = entry.model_dump(mode="json")
    training: dict[str, Any] = data["training"]
    return {name: data[name] for name in ENTRY_FIELDS} | training


def digest(required: Mapping[str, Any]) -> str:
    """Return a digest that differs whenever a requirement differs."""
    return digest_of(*(f"{name}={required[name]}" for name in sorted(required)))


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[list[str]]:
    """Return each difference as [label, before, after], in words."""
    return [
        [LABELS.get(name, name), in_words(before.get(name)), in_words(after[name])]
        for name in after
        if before.get(name) != after[name]
    ]


def in_words(value: Any) -> str:
    """Return the value of a requirement as pages and mails show it."""
    if value is None or value == []:
        return "no source found"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return f"{value:g}"
    return ", ".join(value) if isinstance(value, list) else str(value)

"""The completion as a request records it, so that the certificate can be issued from the request alone."""

from collections.abc import Mapping
from typing import Any

from course.certificates.completion.hands_on import HandsOnRecord
from course.certificates.completion.requirement import Requirement
from course.certificates.completion.rules import CourseProgress
from course.content.schema.catalog import Catalog
from course.content.schema.course import Course
from course.content.schema.hours import Mode
from course.content.schema.module import Module


def completion_of(course: Course, catalog: Catalog, progress: CourseProgress) -> dict[str, Any]:
    """Return the completion as JSON: the course as it is now, minutes by mode, requirements and their evidence."""
    return {
        "title": course.title,
        "version": course.version,
        "instructor": course.instructor,
        "valid_months": course.valid_months,
        "modules": [_module(catalog.modules[id_]) for id_ in course.modules],
        "minutes": {mode.value: progress.minutes.get(mode, 0) for mode in Mode},
        "evidence": [_evidence(requirement) for requirement in progress.requirements],
        "hands_on": _hands_on(progress.hands_on, catalog) if course.has_hands_on or course.live_minutes else None,
    }


def _hands_on(done: HandsOnRecord, catalog: Catalog) -> dict[str, Any]:
    names = {topic.id: topic.name for topic in catalog.topics.values()}
    return {
        "labs": [
            {
                "title": lab.title,
                "mode": lab.mode.value,
                "ended_at": lab.ended_at.isoformat(),
                "jurisdiction": lab.jurisdiction,
                "minutes": lab.minutes,
                "topics": [[names.get(topic, topic), minutes] for topic, minutes in lab.topics.items()],
                "instructors": list(lab.instructors),
            }
            for lab in done.labs
        ],
        "supervised_sessions": len(done.sessions),
        "determination": done.determination,
    }


def _module(module: Module) -> dict[str, Any]:
    return {
        "id": module.id,
        "title": module.title,
        "domain": module.domain.value,
        "version": module.version,
        "digest": module.digest,
        "reviewed_digest": module.reviewed_digest,
        "minutes": module.minutes,
        "objectives": [objective.text for objective in module.objectives],
    }


def _evidence(requirement: Requirement) -> dict[str, Any]:
    return {
        "kind": requirement.kind.value,
        "id": requirement.id,
        "title": requirement.title,
        "evidence": requirement.evidence,
        "at": requirement.at.isoformat() if requirement.at else None,
        "is_short": requirement.is_short,
    }


def short_of(completion: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the evidence of the modules with too little time on record."""
    return [entry for entry in completion["evidence"] if entry.get("is_short")]


def modules_of(completion: Mapping[str, Any]) -> dict[str, str]:
    """Return the titles of the completed modules by their ids."""
    return {module["id"]: module["title"] for module in completion["modules"]}

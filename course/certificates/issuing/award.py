"""What a completion recorded, and what a certificate states. Pure: everything they need is an argument."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from course.certificates.completion.rules import Kind, Requirement, Standing
from course.certificates.issuing.facts import Approval, Facts, ModuleFacts
from course.content.schema.catalog import Catalog
from course.content.schema.course import Course, Provider
from course.content.schema.hours import Mode
from course.content.schema.jurisdiction import Jurisdiction
from course.content.schema.module import Module


@dataclass(frozen=True)
class License:
    """As the certificate names it; `number` None where the holder doesn't want it printed."""

    profession: str
    number: str | None


def completion(course: Course, catalog: Catalog, standing: Standing) -> dict[str, Any]:
    """The completion as it is kept with the request: the course as it was, the minutes, each rule and what met it."""
    return {
        "title": course.title,
        "version": course.version,
        "instructor": course.instructor,
        "valid_months": course.valid_months,
        "modules": [_module(catalog.modules[id_]) for id_ in course.modules],
        "minutes": {mode.value: standing.minutes.get(mode, 0) for mode in Mode},
        "evidence": [_evidence(requirement) for requirement in standing.requirements],
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
    }


def facts(
    *,
    license_: License,
    state: Jurisdiction,
    completion: Mapping[str, Any],
    approvals: Sequence[Approval],
    reviews: Mapping[str, str],
    provider: Provider,
    completed_at: datetime,
    issued_at: datetime,
    issued_on: date | None = None,
    **more: Any,
) -> Facts:
    """Every fact on the certificate. Dates fall in the time zone of the license's state.

    `issued_on`: the date that it bears, where it is set back.
    `reviews`: who signed each module's content, by its digest. `more`: as in Facts.
    """
    completed_on = date_in(state.time_zone, completed_at)
    return Facts(
        profession=license_.profession,
        license_number=license_.number,
        license_state=state.code,
        license_state_name=state.name,
        course_title=completion["title"],
        course_version=completion["version"],
        instructor=completion["instructor"],
        approvals=tuple(approvals),
        modules=tuple(
            _module_facts(module, reviews.get(module.get("reviewed_digest", ""))) for module in completion["modules"]
        ),
        minutes=completion["minutes"],
        assessments=_assessments(completion, state.time_zone),
        completed_on=completed_on,
        time_zone=state.time_zone,
        issued_at=issued_at,
        issued_on=issued_on or date_in(state.time_zone, issued_at),
        valid_until=months_after(completed_on, completion.get("valid_months")),
        provider_name=provider.name,
        provider_number=provider.number,
        provider_address=provider.address,
        provider_contact=provider.contact,
        signer=provider.signer,
        **more,
    )


def months_after(day: date, months: int | None) -> date | None:
    """The same day so many months later, or the last one of a month that is shorter; None without an end."""
    if months is None:
        return None
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _module_facts(module: Mapping[str, Any], reviewed_by: str | None) -> ModuleFacts:
    told = {name: value for name, value in module.items() if name not in ("reviewed_digest", "review")}
    told["objectives"] = tuple(module["objectives"])
    return ModuleFacts(**told, review="reviewed" if reviewed_by else "awaiting", reviewed_by=reviewed_by)


def _assessments(completion: Mapping[str, Any], zone: str) -> tuple[tuple[str, date], ...]:
    passed = [entry for entry in completion["evidence"] if entry["kind"] == Kind.QUIZ]
    return tuple((entry["title"], date_in(zone, datetime.fromisoformat(entry["at"]))) for entry in passed)


def date_in(zone: str, moment: datetime) -> date:
    """The calendar date on which the moment falls in the IANA zone."""
    return moment.astimezone(ZoneInfo(zone)).date()

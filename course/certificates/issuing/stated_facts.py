"""Collect what a certificate states from its request, license and provider."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from course.certificates.completion.requirement import RequirementKind
from course.certificates.issuing.facts import Approval, Facts, HandsOnFacts, LabFacts, ModuleFacts
from course.certificates.issuing.models import Request
from course.content.schema.course import Provider
from course.content.schema.territory import LicensingPlace
from course.people.accounts.models import License
from course.people.accounts.name_parts import NameParts
from course.platform.dates import date_in


@dataclass(frozen=True, kw_only=True)
class Issue:
    """What issuing adds to the completion.

    `on`: the date of issue if the certificate is backdated; None: the day of `at`.
    `reviewers`: who signed each module's content, by the digest of that content.
    """

    code: str
    name: str
    name_parts: NameParts | None
    at: datetime
    on: date | None
    by: str
    verify_url: str
    template_version: str
    approvals: tuple[Approval, ...]
    reviewers: Mapping[str, str]


def stated_facts(request: Request, license_: License, state: LicensingPlace, provider: Provider, issue: Issue) -> Facts:
    """Return every fact on the certificate. Dates are in the time zone of `state`, the state of the license."""
    completion, reviewers, zone = request.completion, issue.reviewers, state.time_zone
    completed_on = date_in(zone, request.completed_at)
    return Facts(
        code=issue.code,
        cycle=request.cycle,
        name=issue.name,
        profession=license_.profession,
        license_number=license_.number if request.print_license else None,
        license_state=state.code,
        license_state_name=state.name,
        course_id=request.course_id,
        course_title=completion["title"],
        course_version=completion["version"],
        content_hash=request.content_hash,
        modules=tuple(_module(one, reviewers.get(one.get("reviewed_digest", ""))) for one in completion["modules"]),
        minutes=completion["minutes"],
        assessments=_assessments(completion, zone),
        completed_on=completed_on,
        time_zone=zone,
        issued_at=issue.at,
        issued_on=issue.on or date_in(zone, issue.at),
        provider_name=provider.name,
        provider_number=provider.number,
        provider_address=provider.address,
        provider_contact=provider.contact,
        instructor=completion["instructor"],
        approvals=issue.approvals,
        issued_by=issue.by,
        verify_url=issue.verify_url,
        template_version=issue.template_version,
        valid_until=months_after(completed_on, completion.get("valid_months")),
        signer=provider.signer,
        name_parts=issue.name_parts,
        hands_on=_hands_on(completion, zone),
    )


def months_after(day: date, months: int | None) -> date | None:
    """Return the same day `months` later, or the last day of a shorter month; None without a number of months."""
    if months is None:
        return None
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _module(module: Mapping[str, Any], reviewer: str | None) -> ModuleFacts:
    return ModuleFacts(
        id=module["id"],
        title=module["title"],
        domain=module["domain"],
        version=module["version"],
        digest=module["digest"],
        minutes=module["minutes"],
        objectives=tuple(module["objectives"]),
        review="reviewed" if reviewer else "awaiting",
        reviewed_by=reviewer,
    )


def _hands_on(completion: Mapping[str, Any], zone: str) -> HandsOnFacts | None:
    done = completion.get("hands_on")
    if done is None:
        return None
    skills = [entry for entry in completion["evidence"] if entry["kind"] == RequirementKind.SKILL]
    return HandsOnFacts(
        labs=tuple(_lab(lab, zone) for lab in done["labs"]),
        skills=tuple((entry["title"], date_in(zone, datetime.fromisoformat(entry["at"]))) for entry in skills),
        supervised_sessions=done["supervised_sessions"],
        determination=done["determination"],
    )


def _lab(lab: Mapping[str, Any], zone: str) -> LabFacts:
    return LabFacts(
        title=lab["title"],
        mode=lab["mode"],
        on=date_in(zone, datetime.fromisoformat(lab["ended_at"])),
        jurisdiction=lab["jurisdiction"],
        minutes=lab["minutes"],
        topics=tuple((name, minutes) for name, minutes in lab["topics"]),
        instructors=tuple(lab["instructors"]),
    )


def _assessments(completion: Mapping[str, Any], zone: str) -> tuple[tuple[str, date], ...]:
    passed = [entry for entry in completion["evidence"] if entry["kind"] == RequirementKind.QUIZ]
    return tuple((entry["title"], date_in(zone, datetime.fromisoformat(entry["at"]))) for entry in passed)

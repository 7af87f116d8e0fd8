"""The public check as JSON, for an employer's system: what a person compares with the paper, and no more."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from course.certificates.issuing.facts import MODES, Facts, hours

UNKNOWN = {"status": "unknown"}


def certificate(facts: Facts, *, status: str, name: str, name_hidden: bool) -> dict[str, Any]:
    """What the certificate says. `status` in the page's word; `name` as the page shows it, initials if it is hidden.

    Dates are calendar days, hours decimal numbers of 60 minutes, by mode and in sum. What no record has is null.
    """
    return {
        "status": status,
        "number": facts.code,
        "name": name,
        "name_shown_as": "initials" if name_hidden else "name",
        "course": facts.course_title,
        "contact_hours": float(hours(facts.total_minutes)),
        "delivery": [
            {"mode": MODES[mode], "contact_hours": float(hours(minutes))}
            for mode, minutes in facts.minutes.items()
            if minutes
        ],
        "completed_on": facts.completed_on.isoformat(),
        "issued_on": facts.issued_on.isoformat(),
        "valid_until": facts.valid_until.isoformat() if facts.valid_until else None,
        "provider": {"name": facts.provider_name, "number": facts.provider_number},
        "approvals": [
            {"state": one.state, "number": one.number, "approver": one.approver or None} for one in facts.approvals
        ],
        "proves": "completed education; it is no license, and state law decides who may needle",
    }


def revoked(on: date, reason: str) -> dict[str, Any]:
    return {"revoked": {"on": on.isoformat(), "reason": reason}}


def superseded(number: str, reason: str, url: str) -> dict[str, Any]:
    """`number` and `url`: of the certificate that stands in its place, which may itself be superseded."""
    return {"superseded_by": {"number": number, "reason": reason, "url": url}}


def file(
    finding: str, status: str | None, number: str | None, url: str | None, faults: Sequence[str]
) -> dict[str, Any]:
    """What a file is worth. `finding` in the words of Finding; status, number and url of the certificate that it is or
    names; `faults`: why it can't be read, or what a badge of others lacks."""
    return {"finding": finding, "status": status, "number": number, "url": url, "faults": list(faults)}

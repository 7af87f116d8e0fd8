"""The public verification as JSON, for employers' systems: the facts that the page shows, and no more."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from course.certificates.issuing.facts import MODES, Facts, hours

UNKNOWN = {"status": "unknown"}


def for_certificate(facts: Facts, *, status: str, name: str, name_hidden: bool) -> dict[str, Any]:
    """Return the facts of the certificate. `name`: as the page shows it, which is initials if the holder hides it.

    Dates are calendar days; hours have 60 minutes and are decimal numbers. What is not on record is null.
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
        "hands_on": facts.hands_on_text,
        "completed_on": facts.completed_on.isoformat(),
        "issued_on": facts.issued_on.isoformat(),
        "valid_until": facts.valid_until.isoformat() if facts.valid_until else None,
        "provider": {"name": facts.provider_name, "number": facts.provider_number},
        "approvals": [
            {"state": one.state, "number": one.number, "approver": one.approver or None} for one in facts.approvals
        ],
        "proves": "completed education; this is not a license, and state law decides who may needle",
    }


def several(numbers: Sequence[str]) -> dict[str, Any]:
    """Return the answer to a text with several certificate numbers."""
    return {"status": "ambiguous", "numbers": list(numbers)}


def revoked(on: date, reason: str) -> dict[str, Any]:
    return {"revoked": {"on": on.isoformat(), "reason": reason}}


def superseded(number: str, reason: str, url: str) -> dict[str, Any]:
    """Return the replacement. `number` and `url`: of the newer certificate, which may itself be superseded."""
    return {"superseded_by": {"number": number, "reason": reason, "url": url}}


def for_file(finding: str, status: str, on_record: dict[str, Any] | None, faults: Sequence[str]) -> dict[str, Any]:
    """Return the verdict on a file. `status`: the certificate's only if the file is as it was issued.

    `on_record`: the certificate that the file is or names; see named_certificate(). `faults`: why the file can't be
    read, or what is wrong with the badge of another issuer.
    """
    return {"finding": finding, "status": status, "certificate_on_record": on_record, "faults": list(faults)}


def named_certificate(number: str, status: str, url: str) -> dict[str, str]:
    """Return a certificate that a file names. It says nothing about the file."""
    return {"number": number, "status": status, "url": url}

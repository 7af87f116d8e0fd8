"""Turn the facts of a certificate into an unsigned Open Badge 3.0."""

import hashlib
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from course.certificates.credentials import contexts, status_list
from course.certificates.credentials.issuer import instant
from course.certificates.issuing.facts import MODES, Facts, contact_hours, hours

MEDIA_TYPES = ("application/vc+ld+json", "application/vc")  # the older and the newer name of the same type
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"


def credential(facts: Facts, *, issuer: str, email: str, salt: str, status_index: int) -> dict[str, Any]:
    """Return the unsigned badge. `issuer`: the DID.

    The badge has the email only as a salted hash, so only someone who already has the email can recognize it.
    """
    base_url = facts.verify_url.rsplit("/verify/", 1)[0]
    ends = {"validUntil": instant(_end_of(facts.valid_until, facts.time_zone))} if facts.valid_until else {}
    return {
        "@context": [contexts.CREDENTIALS, contexts.OPEN_BADGES, contexts.EXTENSIONS],
        "id": f"{facts.verify_url}#credential",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": f"{facts.course_title}: {contact_hours(facts.total_minutes)}",
        "description": f"Certificate of completion {facts.code}. It records education. It is not a license.",
        "issuer": _profile(facts, issuer, base_url),
        "validFrom": instant(facts.awarded_at),
        **ends,
        "awardedDate": instant(facts.awarded_at),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [_hashed(email, salt), _named(facts.name)],
            "activityEndDate": instant(datetime.combine(facts.completed_on, time(), ZoneInfo(facts.time_zone))),
            "creditsEarned": float(hours(facts.total_minutes)),
            "achievement": _achievement(facts, base_url),
            "result": _results(facts),
        },
        "evidence": [
            {
                "id": facts.verify_url,
                "type": ["Evidence"],
                "name": "The provider's own page for this certificate",
                "narrative": "It shows whether the certificate is still valid.",
            }
        ],
        "credentialStatus": status_list.entry(base_url, status_index),
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
    }


def _end_of(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(23, 59, 59), ZoneInfo(zone))


def _results(facts: Facts) -> list[dict[str, Any]]:
    completed = {"type": ["Result"], "resultDescription": f"{facts.verify_url}#completed", "status": "Completed"}
    by_mode = [
        {"type": ["Result"], "resultDescription": f"{facts.verify_url}#{mode}", "value": hours(minutes)}
        for mode, minutes in facts.minutes.items()
        if minutes
    ]
    return [completed, *by_mode]


def _profile(facts: Facts, issuer: str, base_url: str) -> dict[str, Any]:
    profile = {"id": issuer, "type": ["Profile"], "name": facts.provider_name, "url": base_url}
    if facts.provider_contact:
        profile["email"] = facts.provider_contact
    return profile


def _hashed(email: str, salt: str) -> dict[str, Any]:
    digest = hashlib.sha256((email + salt).encode()).hexdigest()
    return {
        "type": "IdentityObject",
        "hashed": True,
        "salt": salt,
        "identityType": "emailAddress",
        "identityHash": f"sha256${digest}",
    }


def _named(name: str) -> dict[str, Any]:
    return {"type": "IdentityObject", "hashed": False, "identityType": "name", "identityHash": name}


def _achievement(facts: Facts, base_url: str) -> dict[str, Any]:
    achievement = {
        "id": f"{base_url}/courses/{facts.course_id}#version-{facts.course_version}",
        "type": ["Achievement"],
        "achievementType": "CertificateOfCompletion",
        "name": facts.course_title,
        "description": (
            f"Continuing education for physical therapists, {facts.delivery.lower()}: "
            f"{contact_hours(facts.total_minutes)} of 60 minutes. Credits are such contact hours."
        ),
        "criteria": {
            "narrative": "Each section studied, each quiz passed and the course evaluated: "
            + "; ".join(f"{module.title} (version {module.version})" for module in facts.modules)
        },
        "version": facts.course_version,
        "inLanguage": "en-US",
        "creditsAvailable": float(hours(facts.total_minutes)),
        "resultDescription": [_described(facts, "completed", "Completion", "Status")]
        + [
            _described(facts, mode, f"Contact hours of 60 minutes, {words.lower()}", "Result")
            for mode, words in MODES.items()
            if facts.minutes.get(mode)
        ],
    }
    if facts.approvals:
        achievement["otherIdentifier"] = [
            {"type": "IdentifierEntry", "identifier": f"{one.state} {one.number}", "identifierType": "identifier"}
            for one in facts.approvals
        ]
    return achievement


def _described(facts: Facts, what: str, name: str, type_: str) -> dict[str, Any]:
    return {
        "id": f"{facts.verify_url}#{what}",
        "type": ["ResultDescription"],
        "name": name,
        "resultType": type_,
    }

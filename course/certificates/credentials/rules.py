"""The rules of Open Badges 3.0 that the official JSON Schema does not check. Faults are sentences for people.

Sources: Open Badges 3.0 (1EdTech, document 1.2), VC Data Model 2.0, W3C Bitstring Status List 1.0.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from course.certificates.credentials import contexts

Member = Mapping[str, Any]
CREDENTIAL_TYPES = {"OpenBadgeCredential", "AchievementCredential"}
DATE_FIELDS = ("validFrom", "validUntil", "awardedDate")
EXTENSION_PREFIX = "ext:"  # of values that are not in a list of the standard
ACHIEVEMENT_TYPES = frozenset(
    {
        "Achievement",
        "ApprenticeshipCertificate",
        "Assessment",
        "Assignment",
        "AssociateDegree",
        "Award",
        "Badge",
        "BachelorDegree",
        "Certificate",
        "CertificateOfCompletion",
        "Certification",
        "CommunityService",
        "Competency",
        "Course",
        "CoCurricular",
        "Degree",
        "Diploma",
        "DoctoralDegree",
        "Fieldwork",
        "GeneralEducationDevelopment",
        "JourneymanCertificate",
        "LearningProgram",
        "License",
        "Membership",
        "ProfessionalDoctorate",
        "QualityAssuranceCredential",
        "MasterCertificate",
        "MasterDegree",
        "MicroCredential",
        "ResearchDoctorate",
        "SecondarySchoolDiploma",
    }
)
IDENTITY_TYPES = frozenset(
    {
        "name",
        "sourcedId",
        "systemId",
        "productId",
        "userName",
        "accountId",
        "emailAddress",
        "nationalIdentityNumber",
        "isbn",
        "issn",
        "lisSourcedId",
        "oneRosterSourcedId",
        "sisSourcedId",
        "ltiContextId",
        "ltiDeploymentId",
        "ltiToolId",
        "ltiPlatformId",
        "ltiUserId",
        "identifier",
    }
)
RESULT_TYPES = frozenset(
    {
        "GradePointAverage",
        "LetterGrade",
        "Percent",
        "PerformanceLevel",
        "PredictedScore",
        "RawScore",
        "Result",
        "RubricCriterion",
        "RubricCriterionLevel",
        "RubricScore",
        "ScaledScore",
        "Status",
    }
)
STATUSES = frozenset({"Completed", "Enrolled", "Failed", "InProgress", "OnHold", "Provisional", "Withdrew"})


def faults(badge: Member) -> list[str]:
    """Return all faults, the most important first; none for a badge that meets the standard. Proofs are ignored."""
    return [
        *_context(badge.get("@context")),
        *_credential(badge),
        *_issuer(badge.get("issuer")),
        *_subject(badge.get("credentialSubject")),
        *_evidence(badge),
        *_status(badge),
        *_empty_values({name: value for name, value in badge.items() if name != "proof"}, "The badge"),
    ]


def _context(given: Any) -> Iterator[str]:
    if not isinstance(given, list) or given[:2] != [contexts.CREDENTIALS, contexts.OPEN_BADGES]:
        yield "Its contexts do not start with Verifiable Credentials 2.0 and Open Badges 3.0."


def _credential(badge: Member) -> Iterator[str]:
    if not _is_uri(badge.get("id")):
        yield "It has no id."
    types = badge.get("type")
    if (
        not isinstance(types, list)
        or "VerifiableCredential" not in types
        or not CREDENTIAL_TYPES.intersection(map(str, types))
    ):
        yield "Its type is not a list with VerifiableCredential and OpenBadgeCredential."
    for name in DATE_FIELDS:
        if (name in badge or name == "validFrom") and not _is_date_time(badge.get(name)):
            yield f"Its {name} is not a date and time with a time zone."


def _issuer(issuer: Any) -> Iterator[str]:
    if isinstance(issuer, Mapping):
        if not _is_uri(issuer.get("id")) or not _is_a(issuer, "Profile"):
            yield "Its issuer is not a Profile with an id."
    elif not _is_uri(issuer):
        yield "It has no issuer."


def _subject(subject: Any) -> Iterator[str]:
    if not isinstance(subject, Mapping) or not _is_a(subject, "AchievementSubject"):
        yield "It has no AchievementSubject."
        return
    identifiers = _list(subject.get("identifier"))
    if not _is_uri(subject.get("id")) and not identifiers:
        yield "Its subject has neither an id nor an identifier."
    for one in identifiers:
        yield from _identifier(one)
    for name in ("activityStartDate", "activityEndDate"):
        if name in subject and not _is_date_time(subject[name]):
            yield f"Its {name} is not a date and time with a time zone."
    if "creditsEarned" in subject and not _is_number(subject["creditsEarned"]):
        yield "Its credits are not a number."
    achievement = subject.get("achievement")
    yield from _achievement(achievement)
    described = _descriptions(achievement)
    for result in _list(subject.get("result")):
        yield from _result(result, described)


def _identifier(one: Any) -> Iterator[str]:
    known = isinstance(one, Mapping) and one.get("type") == "IdentityObject"
    if not known or not isinstance(one.get("hashed"), bool) or not _is_text(one.get("identityHash")):
        yield "An identifier of its subject is not an IdentityObject."
    elif set(one) - {"type", "hashed", "salt", "identityHash", "identityType"}:
        yield "An identifier of its subject has a member that the standard does not define."
    elif not _is_known(one.get("identityType"), IDENTITY_TYPES):
        yield "An identifier of its subject is of an unknown type."


def _achievement(achievement: Any) -> Iterator[str]:
    if not isinstance(achievement, Mapping) or not _is_a(achievement, "Achievement"):
        yield "It has no achievement."
        return
    if not _is_uri(achievement.get("id")):
        yield "Its achievement has no id."
    for name in ("name", "description"):
        if not _is_text(achievement.get(name)):
            yield f"Its achievement has no {name}."
    criteria = achievement.get("criteria")
    if not isinstance(criteria, Mapping) or not (_is_uri(criteria.get("id")) or _is_text(criteria.get("narrative"))):
        yield "The criteria of its achievement have neither an id nor a narrative."
    if "achievementType" in achievement and not _is_known(achievement["achievementType"], ACHIEVEMENT_TYPES):
        yield "Its achievement is of an unknown type."
    if "creditsAvailable" in achievement and not _is_number(achievement["creditsAvailable"]):
        yield "Its credits are not a number."
    for one in _list(achievement.get("resultDescription")):
        named = isinstance(one, Mapping) and _is_uri(one.get("id")) and _is_text(one.get("name"))
        if not named or not _is_a(one, "ResultDescription") or not _is_known(one.get("resultType"), RESULT_TYPES):
            yield "One of its result descriptions has no id, name or known type."


def _descriptions(achievement: Any) -> set[str]:
    descriptions = _list(achievement.get("resultDescription")) if isinstance(achievement, Mapping) else []
    return {str(one.get("id")) for one in descriptions if isinstance(one, Mapping)}


def _result(result: Any, described: set[str]) -> Iterator[str]:
    if not isinstance(result, Mapping) or not _is_a(result, "Result"):
        yield "One of its results is not a Result."
        return
    if "resultDescription" in result and described and str(result["resultDescription"]) not in described:
        yield "One of its results refers to a description that does not exist."
    if "value" in result and not isinstance(result["value"], str):
        yield "The value of one of its results is not text."
    if "status" in result and str(result["status"]) not in STATUSES:
        yield "The status of one of its results is unknown."


def _evidence(badge: Member) -> Iterator[str]:
    for one in _list(badge.get("evidence")):
        if not isinstance(one, Mapping) or not _is_a(one, "Evidence"):
            yield "One of its evidence items is not Evidence."


def _status(badge: Member) -> Iterator[str]:
    if "credentialStatus" not in badge:
        return
    status = badge["credentialStatus"]
    if not isinstance(status, Mapping) or not _is_uri(status.get("id")) or not _is_text(status.get("type")):
        yield "Its status has no id or no type."
    elif status["type"] == "BitstringStatusListEntry":
        place = status.get("statusListIndex")
        if not isinstance(place, str) or not place.isdecimal() or not _is_uri(status.get("statusListCredential")):
            yield "Its status does not name a list and a position in it."


def _empty_values(value: Any, where: str) -> Iterator[str]:
    """Yield a fault for each null and each empty list or object; the standard leaves absent values out."""
    if value is None or value in ([], {}):
        yield f"{where} is empty."
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _empty_values(inner, f"Its {name}")
    elif isinstance(value, list):
        for inner in value:
            yield from _empty_values(inner, where)


def _is_a(member: Member, name: str) -> bool:
    return name in _list(member.get("type"))


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _is_known(value: Any, known: frozenset[str]) -> bool:
    return isinstance(value, str) and (value in known or value.startswith(EXTENSION_PREFIX))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_uri(value: Any) -> bool:
    """Return whether the value is an absolute URI."""
    try:
        return isinstance(value, str) and " " not in value and bool(urlsplit(value).scheme)
    except ValueError:
        return False


def _is_date_time(value: Any) -> bool:
    try:
        return isinstance(value, str) and "T" in value and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False

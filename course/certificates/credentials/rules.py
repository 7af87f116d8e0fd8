"""What an Open Badge 3.0 must be, beyond what the official JSON Schema sees. Pure; faults are sentences for people.

Sources: Open Badges 3.0 (1EdTech, document 1.2), VC Data Model 2.0, W3C Bitstring Status List 1.0.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from course.certificates.credentials import contexts

Member = Mapping[str, Any]
KINDS = {"OpenBadgeCredential", "AchievementCredential"}
MOMENTS = ("validFrom", "validUntil", "awardedDate")
OWN = "ext:"  # begins values that are not in a list of the standard
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
    """All of them, the most telling first; none for a badge as the standard has it. Proofs are not looked at."""
    return [
        *_context(badge.get("@context")),
        *_credential(badge),
        *_issuer(badge.get("issuer")),
        *_subject(badge.get("credentialSubject")),
        *_evidence(badge),
        *_status(badge),
        *_hollow({name: value for name, value in badge.items() if name != "proof"}, "The badge"),
    ]


def _context(given: Any) -> Iterator[str]:
    if not isinstance(given, list) or given[:2] != [contexts.CREDENTIALS, contexts.OPEN_BADGES]:
        yield "It doesn't begin with the contexts of Verifiable Credentials 2.0 and Open Badges 3.0."


def _credential(badge: Member) -> Iterator[str]:
    if not _is_address(badge.get("id")):
        yield "It has no id."
    types = badge.get("type")
    if not isinstance(types, list) or "VerifiableCredential" not in types or not KINDS.intersection(map(str, types)):
        yield "Its type is not a list with VerifiableCredential and OpenBadgeCredential."
    for name in MOMENTS:
        if (name in badge or name == "validFrom") and not _is_moment(badge.get(name)):
            yield f"Its {name} is no moment with a time zone."


def _issuer(issuer: Any) -> Iterator[str]:
    if isinstance(issuer, Mapping):
        if not _is_address(issuer.get("id")) or not _is_a(issuer, "Profile"):
            yield "Its issuer is no profile with an id."
    elif not _is_address(issuer):
        yield "It names no issuer."


def _subject(subject: Any) -> Iterator[str]:
    if not isinstance(subject, Mapping) or not _is_a(subject, "AchievementSubject"):
        yield "It doesn't say whose achievement it is."
        return
    identifiers = _list(subject.get("identifier"))
    if not _is_address(subject.get("id")) and not identifiers:
        yield "Its subject has neither an id nor an identifier."
    for one in identifiers:
        yield from _identifier(one)
    for name in ("activityStartDate", "activityEndDate"):
        if name in subject and not _is_moment(subject[name]):
            yield f"Its {name} is no moment with a time zone."
    if "creditsEarned" in subject and not _is_number(subject["creditsEarned"]):
        yield "Its credits are no number."
    achievement = subject.get("achievement")
    yield from _achievement(achievement)
    described = _descriptions(achievement)
    for result in _list(subject.get("result")):
        yield from _result(result, described)


def _identifier(one: Any) -> Iterator[str]:
    known = isinstance(one, Mapping) and one.get("type") == "IdentityObject"
    if not known or not isinstance(one.get("hashed"), bool) or not _is_text(one.get("identityHash")):
        yield "An identifier of its subject is no IdentityObject."
    elif set(one) - {"type", "hashed", "salt", "identityHash", "identityType"}:
        yield "An identifier of its subject has a member that the standard doesn't know."
    elif not _is_of(one.get("identityType"), IDENTITY_TYPES):
        yield "An identifier of its subject is of an unknown type."


def _achievement(achievement: Any) -> Iterator[str]:
    if not isinstance(achievement, Mapping) or not _is_a(achievement, "Achievement"):
        yield "It names no achievement."
        return
    if not _is_address(achievement.get("id")):
        yield "Its achievement has no id."
    for name in ("name", "description"):
        if not _is_text(achievement.get(name)):
            yield f"Its achievement has no {name}."
    criteria = achievement.get("criteria")
    if not isinstance(criteria, Mapping) or not (
        _is_address(criteria.get("id")) or _is_text(criteria.get("narrative"))
    ):
        yield "It doesn't say what the achievement asks: its criteria have neither an address nor a narrative."
    if "achievementType" in achievement and not _is_of(achievement["achievementType"], ACHIEVEMENT_TYPES):
        yield "Its achievement is of an unknown type."
    if "creditsAvailable" in achievement and not _is_number(achievement["creditsAvailable"]):
        yield "Its credits are no number."
    for one in _list(achievement.get("resultDescription")):
        named = isinstance(one, Mapping) and _is_address(one.get("id")) and _is_text(one.get("name"))
        if not named or not _is_a(one, "ResultDescription") or not _is_of(one.get("resultType"), RESULT_TYPES):
            yield "A description of its results lacks an id, a name or a known type."


def _descriptions(achievement: Any) -> set[str]:
    descriptions = _list(achievement.get("resultDescription")) if isinstance(achievement, Mapping) else []
    return {str(one.get("id")) for one in descriptions if isinstance(one, Mapping)}


def _result(result: Any, described: set[str]) -> Iterator[str]:
    if not isinstance(result, Mapping) or not _is_a(result, "Result"):
        yield "One of its results is no Result."
        return
    if "resultDescription" in result and described and str(result["resultDescription"]) not in described:
        yield "One of its results points to a description that is not there."
    if "value" in result and not isinstance(result["value"], str):
        yield "The value of one of its results is no text."
    if "status" in result and str(result["status"]) not in STATUSES:
        yield "The status of one of its results is unknown."


def _evidence(badge: Member) -> Iterator[str]:
    for one in _list(badge.get("evidence")):
        if not isinstance(one, Mapping) or not _is_a(one, "Evidence"):
            yield "One of its pieces of evidence is no Evidence."


def _status(badge: Member) -> Iterator[str]:
    if "credentialStatus" not in badge:
        return
    status = badge["credentialStatus"]
    if not isinstance(status, Mapping) or not _is_address(status.get("id")) or not _is_text(status.get("type")):
        yield "Its status has no id or no type."
    elif status["type"] == "BitstringStatusListEntry":
        place = status.get("statusListIndex")
        if not isinstance(place, str) or not place.isdecimal() or not _is_address(status.get("statusListCredential")):
            yield "Its status names no list or no place in it."


def _hollow(value: Any, where: str) -> Iterator[str]:
    """Nothing may be null, and no list or object empty: what is not there is left out."""
    if value is None or value in ([], {}):
        yield f"{where} is empty."
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _hollow(inner, f"Its {name}")
    elif isinstance(value, list):
        for inner in value:
            yield from _hollow(inner, where)


def _is_a(member: Member, name: str) -> bool:
    return name in _list(member.get("type"))


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _is_of(value: Any, known: frozenset[str]) -> bool:
    return isinstance(value, str) and (value in known or value.startswith(OWN))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_address(value: Any) -> bool:
    """An absolute URI."""
    try:
        return isinstance(value, str) and " " not in value and bool(urlsplit(value).scheme)
    except ValueError:
        return False


def _is_moment(value: Any) -> bool:
    try:
        return isinstance(value, str) and "T" in value and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False

"""A certificate with everything on record that it rests on, and the kinds of fault that it can have."""

import json
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from course.assessment.attempts.models import Attempt
from course.certificates.issuing.completion_record import modules_of
from course.certificates.issuing.facts import Facts
from course.certificates.issuing.hours_rule import CertifiedHours
from course.certificates.issuing.models import Certificate, Request
from course.platform.audit.log import Event
from course.platform.audit.models import AuditEvent
from course.site import Site


class Fault(StrEnum):
    """The kinds of fault, as the console shows them."""

    UNREADABLE = "record can't be read"
    NUMBER = "malformed certificate number"
    ROW = "register columns and facts differ"
    DOCUMENT = "document changed since it was registered"
    SIGNATURE = "document signature not valid"
    ATTACHMENT = "badge in the document differs from the one on record"
    BADGE = "badge proof not valid"
    BADGE_FACTS = "badge and certificate differ"
    STATUS = "badge points to another status list entry"
    REQUEST = "certificate request does not match"
    COMPLETION = "certificate differs from the signed completion"
    MINUTES = "minutes do not add up"
    DATES = "dates do not agree"
    STUDY = "required reading not on record"
    QUIZ = "required pass not on record"
    EVALUATION = "required evaluation not on record"
    CONTENT = "content digest does not match the modules"
    SUCCESSION = "certificate does not follow the one it supersedes"
    HOURS = "hours certified twice"
    LOG = "audit log and register differ"
    SEAL = "audit log changed after it was sealed"
    SCORE = "score of an attempt differs from the audit log"
    GONE = "certificate missing from the register"


@dataclass(frozen=True)
class ValidCertificate:
    """A certificate that is valid today. `cycle_began`: when its holder began to renew the course, if ever."""

    code: str
    facts: Mapping[str, Any]
    completed_at: datetime
    cycle_began: datetime | None

    @property
    def hours(self) -> CertifiedHours:
        return CertifiedHours(modules_of(self.facts), self.completed_at, self.cycle_began)


@dataclass(frozen=True, kw_only=True)
class CheckedRecord:
    """A certificate and everything on record that it rests on.

    `evidence_kept`: False once the record of a closed account was erased, the attested name included. `readings`:
    (module, section, moment) of every reading, the first or a later one. `rescored`: ids of the attempts whose score
    a rescoring changed. `in_question`: a rescoring put the certificate in question, and people decide on it.
    `evaluated`: (course, moment) of every evaluation. `backdated_to`: the date that two administrators approved.
    `valid`: the person's valid certificates in order of issue. `events`: the person's audit events about certificates.
    """

    site: Site
    certificate: Certificate
    request: Request | None
    predecessor: Certificate | None
    evidence_kept: bool
    readings: Sequence[tuple[str, str, datetime]]
    attempts: Sequence[Attempt]
    rescored: Set[int]
    in_question: bool
    evaluated: Set[tuple[str, datetime]]
    backdated_to: date | None
    valid: Sequence[ValidCertificate]
    events: Sequence[AuditEvent]

    @property
    def facts(self) -> Facts:
        return Facts.from_json(self.certificate.facts)

    @property
    def evidence(self) -> list[Mapping[str, Any]]:
        """What met each requirement of the course, as stored with the request."""
        return self.request.completion["evidence"] if self.request else []

    @property
    def badge(self) -> dict[str, Any] | None:
        """The Open Badge; None for a certificate that was issued before badges existed."""
        badge = json.loads(self.certificate.credential) if self.certificate.credential is not None else None
        return badge if isinstance(badge, dict) else None

    def events_of(self, event: Event, code: str) -> list[AuditEvent]:
        """Return the audit events of this kind about the certificate with this number."""
        return [one for one in self.events if one.event == event and one.subject == f"certificate:{code}"]


@dataclass(frozen=True)
class Discrepancy:
    """One fault: its kind, the certificate or request that has it, and what does not agree."""

    kind: Fault
    subject: str
    words: str

    def to_json(self) -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items()}


def differences(pairs: Mapping[str, tuple[Any, Any]]) -> Iterator[str]:
    """Yield a description of each pair whose two values differ."""
    for name, (found, expected) in pairs.items():
        if found != expected:
            yield f"{name}: {found}, expected {expected}"


def local_day(moment: datetime, facts: Facts) -> date:
    """Return the day in the time zone of the certificate."""
    return moment.astimezone(ZoneInfo(facts.time_zone)).date()

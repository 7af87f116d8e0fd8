"""What must agree about a certificate, kind by kind. Pure: a record in, the faults that it has out.

Each check says in words what does not agree. It looks at one thing only, so that one mistake makes one fault.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from course.assessment.attempts.models import Attempt
from course.assessment.attempts.scoring import in_words
from course.certificates.completion.rules import COURSEWORK, Kind
from course.certificates.credentials import status_list
from course.certificates.credentials.issuer import instant
from course.certificates.credentials.pdf_signing import SignatureFinding, attached
from course.certificates.issuing import facts, numbers
from course.certificates.issuing.facts import Facts
from course.certificates.issuing.models import Certificate, Correction, Request, RequestState
from course.content.schema.hours import Mode
from course.platform.audit.log import Event
from course.platform.audit.models import AuditEvent
from course.platform.typesetting import letters
from course.site import Site

STUDIED = re.compile(r"(\d+) of \d+ sections (?:completed|studied)")  # earlier requests say "studied"


class Fault(StrEnum):
    """The kinds of fault, in the words of the console."""

    UNREADABLE = "the record can't be read"
    NUMBER = "the number is malformed"
    ROW = "the register's columns and its facts differ"
    DOCUMENT = "the document is not the one that was registered"
    SIGNATURE = "the document's signature does not hold"
    ATTACHMENT = "the badge in the document is not the one on record"
    BADGE = "the badge's proof does not hold"
    BADGE_FACTS = "the badge states something else"
    STATUS = "the badge points to another place in the status lists"
    REQUEST = "the request behind it does not fit"
    COMPLETION = "it states something else than was signed for"
    MINUTES = "the minutes do not add up"
    DATES = "the dates do not agree"
    STUDY = "the reading behind it is not on record"
    QUIZ = "the pass behind it is not on record"
    EVALUATION = "the evaluation behind it is not on record"
    CONTENT = "the content's fingerprint does not fit its modules"
    SUCCESSION = "it does not follow the one that it supersedes"
    LOG = "the audit log does not say the same"
    GONE = "the audit log tells of something that the register lacks"


@dataclass(frozen=True, kw_only=True)
class Record:
    """A certificate and everything on record that it rests on."""

    site: Site
    certificate: Certificate
    request: Request | None
    predecessor: Certificate | None
    evidence_kept: bool  # with the attested name; False once the years of a closed account are over
    readings: Sequence[tuple[str, str, datetime]]  # module, section, when; again or for the first time
    attempts: Sequence[Attempt]  # submitted ones
    rescored: Set[int]  # those of them whose score a re-scoring changed
    in_question: bool  # a re-scoring put this certificate in question, so that people decide on it
    evaluated: Set[tuple[str, datetime]]  # course and moment
    dated_back_to: date | None  # the date that two administrators gave it
    events: Sequence[AuditEvent]  # the person's: certificates issued, revoked, superseded, named anew

    @property
    def facts(self) -> Facts:
        return Facts.from_json(self.certificate.facts)

    @property
    def evidence(self) -> list[Mapping[str, Any]]:
        """What met each demand of the course, as the request keeps it."""
        return self.request.completion["evidence"] if self.request else []

    @property
    def badge(self) -> dict[str, Any] | None:
        """None for a certificate that was issued before there were badges."""
        found = json.loads(self.certificate.credential) if self.certificate.credential is not None else None
        return found if isinstance(found, dict) else None


@dataclass(frozen=True)
class Found:
    """A fault: what kind, of which certificate or request, in words."""

    kind: Fault
    subject: str
    words: str

    def to_json(self) -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items()}


def faults(record: Record) -> Iterator[Found]:
    """Every fault of a record. What a check can't even read is a fault too, and holds up no other check."""
    subject = f"certificate:{record.certificate.code}"
    for kind, check in CHECKS.items():
        try:
            yield from [Found(kind, subject, words) for words in check(record)]
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            yield Found(Fault.UNREADABLE, subject, f"{kind.name.lower()}: {error!r}")


def _differing(pairs: Mapping[str, tuple[Any, Any]]) -> Iterator[str]:
    """In words, of each pair by its name, that its two sides are not equal."""
    for name, (one, other) in pairs.items():
        if one != other:
            yield f"{name}: {one} against {other}"


def number(record: Record) -> Iterator[str]:
    if numbers.normalise(record.certificate.code) != record.certificate.code:
        yield f"{record.certificate.code!r} is not sixteen letters and digits in groups of four"


def row(record: Record) -> Iterator[str]:
    it, told = record.certificate, record.facts
    yield from _differing(
        {
            "number": (it.code, told.code),
            "name": (it.name, told.name),
            "course": (it.course_id, told.course_id),
            "cycle": (it.cycle, told.cycle),
            "content": (it.content_hash, told.content_hash),
            "template": (it.template_version, told.template_version),
            "issued at": (it.issued_at, told.issued_at),
            "issued by": (it.issued_by, told.issued_by),
            "last day": (it.valid_until, told.valid_until),
        }
    )
    if not told.verify_url.endswith(f"/verify/{it.code}"):
        yield f"address of the check: {told.verify_url}"


def document(record: Record) -> Iterator[str]:
    found = hashlib.sha256(record.certificate.document).hexdigest()
    if found != record.certificate.document_sha256:
        yield f"its SHA-256 is {found}"


def signature(record: Record) -> Iterator[str]:
    """Certificates from before there were badges were not signed."""
    finding = record.site.signer.check(record.certificate.document)
    if record.badge and finding is not SignatureFinding.INTACT:
        yield finding


def attachment(record: Record) -> Iterator[str]:
    if record.badge:
        badge = attached(record.certificate.document)
        if badge != str(record.certificate.credential).encode():
            yield "there is none" if badge is None else "it is another one"


def badge(record: Record) -> Iterator[str]:
    it = record.certificate
    if it.credential is None:
        if it.issuer is not None or it.status_index is not None:
            yield "there is no badge, although the register names its issuer or its status"
        return
    if not record.badge or not record.site.issuer.signed(record.badge):
        yield "no key of this site made its proof over this text"
    elif record.badge["issuer"]["id"] != it.issuer:
        yield f"its issuer is {record.badge['issuer']['id']}, in the register {it.issuer}"


def badge_facts(record: Record) -> Iterator[str]:
    if not record.badge:
        return
    told, subject = record.facts, record.badge["credentialSubject"]
    names = [one["identityHash"] for one in subject["identifier"] if not one["hashed"]]
    done, end = (_day_of(moment, told) for moment in (subject["activityEndDate"], record.badge.get("validUntil")))
    values = {one["resultDescription"].partition("#")[2]: one.get("value") for one in subject["result"]}
    by_mode = {mode: facts.hours(minutes) for mode, minutes in told.minutes.items() if minutes}
    yield from _differing(
        {
            "address": (record.badge["id"], f"{told.verify_url}#credential"),
            "name": (names, [told.name]),
            "course": (subject["achievement"]["name"], told.course_title),
            "version": (subject["achievement"]["version"], told.course_version),
            "hours": (subject["creditsEarned"], float(facts.hours(told.total_minutes))),
            "hours by mode": ({mode: value for mode, value in values.items() if value}, by_mode),
            "completed on": (done, told.completed_on),
            "last day": (end, told.valid_until),
            "issued at": (record.badge["awardedDate"], instant(told.awarded_at)),
        }
    )


def _day_of(moment: str | None, told: Facts) -> date | None:
    return _day(datetime.fromisoformat(moment), told) if moment else None


def status(record: Record) -> Iterator[str]:
    if record.badge:
        base = record.facts.verify_url.rsplit("/verify/", 1)[0]
        meant, index = record.badge["credentialStatus"], record.certificate.status_index
        if index is None or meant != status_list.entry(base, index):
            yield f"{meant['id']}, in the register place {index}"


def request(record: Record) -> Iterator[str]:
    it, asked = record.certificate, record.request
    if asked is None:
        yield f"there is no request {it.request_id}"
        return
    yield from _differing(
        {
            "person": (it.user_id, asked.user_id),
            "course": (it.course_id, asked.course_id),
            "cycle": (it.cycle, asked.cycle),
            "state": (asked.state, RequestState.ISSUED),
        }
    )


def completion(record: Record) -> Iterator[str]:
    """The facts are those of the completion that was signed for."""
    if record.request is None:
        return
    told, signed = record.facts, record.request.completion
    yield from _differing(
        {
            "course": (told.course_title, signed["title"]),
            "version": (told.course_version, signed["version"]),
            "instructor": (told.instructor, signed["instructor"]),
            "content": (told.content_hash, record.request.content_hash),
            "minutes": (dict(told.minutes), signed["minutes"]),
            "modules": ([_pinned(asdict(m)) for m in told.modules], [_pinned(m) for m in signed["modules"]]),
        }
    )
    signed_name = letters.tidy(record.request.attested_name)
    if record.evidence_kept and told.name != signed_name and not _renamed(record):
        yield f"name: {told.name} against {record.request.attested_name}"


def _pinned(module: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(module[name] for name in ("id", "title", "version", "digest", "minutes"))


def _renamed(record: Record) -> bool:
    """It was put right after the attestation, or set in Latin letters, and the log says so; later revisions keep it."""
    it, before = record.certificate, record.predecessor
    latin = [one.details["after"] for one in _told(record, Event.NAME_SET_IN_LATIN, it.code)]
    return it.supersedes_why == Correction.NAME or it.name in latin or (before is not None and before.name == it.name)


def minutes(record: Record) -> Iterator[str]:
    told = record.facts
    online = told.total_minutes - told.minutes.get(Mode.IN_PERSON, 0)
    modules = sum(module.minutes for module in told.modules)
    if online != modules:
        yield f"the modules have {modules} minutes, the modes of delivery {online} online"
    if told.total_minutes != sum(told.minutes_by_domain.values()) + told.minutes.get(Mode.IN_PERSON, 0):
        yield "the topics have another sum than the total"
    if any(value < 0 for value in told.minutes.values()):
        yield "there are fewer than no minutes"


def dates(record: Record) -> Iterator[str]:
    asked, told = record.request, record.facts
    if asked is None:
        return
    if told.completed_on != _day(asked.completed_at, told):
        yield f"completed on {told.completed_on}, by the record on {_day(asked.completed_at, told)}"
    issued_on = record.dated_back_to or _day(told.issued_at, told)
    if told.issued_on != issued_on:
        yield f"issued on {told.issued_on}, by the record on {issued_on}"
    done = [_at(entry) for entry in record.evidence if entry["kind"] in COURSEWORK and entry["at"]]
    if done and max(done) != asked.completed_at:
        yield f"the last of the coursework was done at {max(done)}, completed at {asked.completed_at}"
    if not asked.completed_at <= asked.requested_at <= told.issued_at:
        yield "completion, request and issue are not in this order"


def _day(moment: datetime, told: Facts) -> date:
    return moment.astimezone(ZoneInfo(told.time_zone)).date()


def _at(entry: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(entry["at"])


def study(record: Record) -> Iterator[str]:
    """So many sections were read by then as the request says, the last of them at the moment that it says."""
    for entry in _kept(record, Kind.STUDY):
        by_then = [(section, at) for module, section, at in record.readings if module == entry["id"]]
        read = {section for section, at in by_then if at <= _at(entry)}
        claimed = STUDIED.match(entry["evidence"])
        if claimed is None or len(read) < int(claimed[1]):
            yield f"{entry['title']}: {entry['evidence']}, on record are {len(read)} sections by then"
        elif _at(entry) not in {at for _, at in by_then}:
            yield f"{entry['title']}: nothing was read at {entry['at']}"


def quiz(record: Record) -> Iterator[str]:
    """The pass is there with the score that the request says, unless a re-scoring changed it for all to see."""
    for entry in _kept(record, Kind.QUIZ):
        there = [one for one in record.attempts if (one.assessment_id, one.submitted_at) == (entry["id"], _at(entry))]
        if not there:
            yield f"{entry['title']}: no attempt was submitted at {entry['at']}"
        elif not any(one.passed for one in there) and not record.in_question:
            yield f"{entry['title']}: the attempt of {entry['at']} is not passed"
        elif not any(one.id in record.rescored or entry["evidence"] == _score(one) for one in there):
            yield f"{entry['title']}: {entry['evidence']}, on record {_score(there[0])}"


def _score(attempt: Attempt) -> str:
    return f"passed with {in_words(attempt.points or Fraction(0))} of {attempt.scored}"


def evaluation(record: Record) -> Iterator[str]:
    for entry in _kept(record, Kind.EVALUATION):
        if (entry["id"], _at(entry)) not in record.evaluated:
            yield f"no evaluation was given at {entry['at']}"


def _kept(record: Record, kind: Kind) -> list[Mapping[str, Any]]:
    return [entry for entry in record.evidence if record.evidence_kept and entry["kind"] == kind and entry["at"]]


def content(record: Record) -> Iterator[str]:
    """Where the fingerprint is that of the course as it is now, its modules are those of the course as it is now."""
    told, course = record.facts, record.site.catalog.courses.get(record.certificate.course_id)
    if course is None or record.site.catalog.course_digest(course) != told.content_hash:
        return  # older content: nothing is left to hold it against
    now = [record.site.catalog.modules[id_] for id_ in course.modules]
    pinned = [(module.id, module.title, module.version, module.digest, module.minutes) for module in now]
    if [_pinned(asdict(module)) for module in told.modules] != pinned:
        yield "the modules on it are others than the content has"


def succession(record: Record) -> Iterator[str]:
    it, before = record.certificate, record.predecessor
    if it.supersedes_id is None:
        if it.revision != 1:
            yield f"it is revision {it.revision} of nothing"
        return
    if before is None:
        yield f"there is no certificate {it.supersedes_id}"
        return
    if it.supersedes_why not in set(Correction):
        yield f"the reason {it.supersedes_why!r} is none"
    yield from _differing(
        {
            "revision": (it.revision, before.revision + 1),
            "person": (it.user_id, before.user_id),
            "course": (it.course_id, before.course_id),
            "cycle": (it.cycle, before.cycle),
        }
    )


def log(record: Record) -> Iterator[str]:
    """Issue, supersession and revocation stand in the audit log as in the register, each once."""
    it = record.certificate
    if record.predecessor is None:
        issued = _told(record, Event.CERTIFICATE_ISSUED, it.code)
    else:
        told = _told(record, Event.CERTIFICATE_SUPERSEDED, record.predecessor.code)
        issued = [one for one in told if one.details["successor"] == it.code]
    if len(issued) != 1:
        yield f"its issue is told {len(issued)} times"
    yield from (
        f"{name}: {one.details[name]} in the log, {getattr(it, name)} in the register"
        for one in issued
        for name in ("document_sha256", "content_hash")
        if name in one.details and one.details[name] != getattr(it, name)
    )
    revoked = [one.at for one in _told(record, Event.CERTIFICATE_REVOKED, it.code)]
    if it.revocation and revoked != [it.revocation.revoked_at]:
        yield f"it was revoked at {it.revocation.revoked_at}, in the log {', '.join(map(str, revoked)) or 'never'}"
    if it.revocation is None and revoked:
        yield "the log says that it was revoked"


def _told(record: Record, event: Event, code: str) -> list[AuditEvent]:
    return [one for one in record.events if one.event == event and one.subject == f"certificate:{code}"]


CHECKS: Mapping[Fault, Callable[[Record], Iterable[str]]] = {
    Fault.NUMBER: number,
    Fault.ROW: row,
    Fault.DOCUMENT: document,
    Fault.SIGNATURE: signature,
    Fault.ATTACHMENT: attachment,
    Fault.BADGE: badge,
    Fault.BADGE_FACTS: badge_facts,
    Fault.STATUS: status,
    Fault.REQUEST: request,
    Fault.COMPLETION: completion,
    Fault.MINUTES: minutes,
    Fault.DATES: dates,
    Fault.STUDY: study,
    Fault.QUIZ: quiz,
    Fault.EVALUATION: evaluation,
    Fault.CONTENT: content,
    Fault.SUCCESSION: succession,
    Fault.LOG: log,
}

"""Checks of what a certificate rests on: its request, completion, study, passes, evaluations and content."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from fractions import Fraction
from typing import Any

from course.assessment.attempts.models import Attempt
from course.assessment.attempts.scoring import in_words
from course.certificates.completion.requirement import RequirementKind
from course.certificates.completion.rules import COURSEWORK
from course.certificates.issuing.models import Correction, RequestState
from course.content.schema.hours import Mode
from course.platform.audit.log import Event
from course.platform.typesetting import letters
from course.reporting.records.checked_record import CheckedRecord, differences, local_day

STUDIED = re.compile(r"(\d+) of \d+ sections (?:completed|studied)")  # earlier requests say "studied"


def request(record: CheckedRecord) -> Iterator[str]:
    certificate, signed = record.certificate, record.request
    if signed is None:
        yield f"no request {certificate.request_id}"
        return
    yield from differences(
        {
            "person": (certificate.user_id, signed.user_id),
            "course": (certificate.course_id, signed.course_id),
            "cycle": (certificate.cycle, signed.cycle),
            "state": (signed.state, RequestState.ISSUED),
        }
    )


def completion(record: CheckedRecord) -> Iterator[str]:
    """Check that the certificate states what the learner signed."""
    if record.request is None:
        return
    stated, signed = record.facts, record.request.completion
    yield from differences(
        {
            "course": (stated.course_title, signed["title"]),
            "version": (stated.course_version, signed["version"]),
            "instructor": (stated.instructor, signed["instructor"]),
            "content": (stated.content_hash, record.request.content_hash),
            "minutes": (dict(stated.minutes), signed["minutes"]),
            "modules": ([_pinned(asdict(m)) for m in stated.modules], [_pinned(m) for m in signed["modules"]]),
        }
    )
    signed_name = letters.tidy(record.request.attested_name)
    if record.evidence_kept and stated.name != signed_name and not _renamed(record):
        yield f"name: {stated.name}, expected {record.request.attested_name}"


def _pinned(module: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(module[name] for name in ("id", "title", "version", "digest", "minutes"))


def _renamed(record: CheckedRecord) -> bool:
    """Return whether the name was corrected or set in Latin letters later, in this or an earlier revision."""
    certificate, earlier = record.certificate, record.predecessor
    latin = [one.details["after"] for one in record.events_of(Event.NAME_SET_IN_LATIN, certificate.code)]
    if certificate.supersedes_why == Correction.NAME or certificate.name in latin:
        return True
    return earlier is not None and earlier.name == certificate.name


def minutes(record: CheckedRecord) -> Iterator[str]:
    stated = record.facts
    self_paced = stated.minutes.get(Mode.SELF_PACED_ONLINE, 0)
    modules = sum(module.minutes for module in stated.modules)
    if self_paced != modules:
        yield f"the modules have {modules} minutes, the self-paced mode {self_paced}"
    if self_paced != sum(stated.minutes_by_domain.values()):
        yield "the topics do not add up to the minutes of the modules"
    for mode in (Mode.LIVE_ONLINE, Mode.IN_PERSON):
        attended = sum(lab.minutes for lab in stated.hands_on.labs if lab.mode == mode) if stated.hands_on else None
        if attended is not None and stated.minutes.get(mode, 0) > attended:
            yield f"{stated.minutes[mode]} minutes {mode.words} are stated, {attended} were attended in labs"
    if any(value < 0 for value in stated.minutes.values()):
        yield "a mode has negative minutes"


def dates(record: CheckedRecord) -> Iterator[str]:
    signed, stated = record.request, record.facts
    if signed is None:
        return
    if stated.completed_on != local_day(signed.completed_at, stated):
        yield f"completed on {stated.completed_on}, on record {local_day(signed.completed_at, stated)}"
    issued_on = record.backdated_to or local_day(stated.issued_at, stated)
    if stated.issued_on != issued_on:
        yield f"issued on {stated.issued_on}, on record {issued_on}"
    moments = [_at(entry) for entry in record.evidence if entry["kind"] in COURSEWORK and entry["at"]]
    if moments and max(moments) != signed.completed_at:
        yield f"coursework ended at {max(moments)}, completion at {signed.completed_at}"
    if not signed.completed_at <= signed.requested_at <= stated.issued_at:
        yield "completion, request and issue are out of order"


def _at(entry: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(entry["at"])


def study(record: CheckedRecord) -> Iterator[str]:
    """Check that as many sections were read as the request says, the last one at the moment that it says."""
    for entry in _kept(record, RequirementKind.STUDY):
        by_then = [(section, at) for module, section, at in record.readings if module == entry["id"]]
        read = {section for section, at in by_then if at <= _at(entry)}
        claimed = STUDIED.match(entry["evidence"])
        if claimed is None or len(read) < int(claimed[1]):
            yield f"{entry['title']}: {entry['evidence']}, {len(read)} on record by then"
        elif _at(entry) not in {at for _, at in by_then}:
            yield f"{entry['title']}: no reading at {entry['at']}"


def quiz(record: CheckedRecord) -> Iterator[str]:
    """Check that the pass is on record with the score that the request says, unless a rescoring changed it."""
    for entry in _kept(record, RequirementKind.QUIZ):
        key = (entry["id"], _at(entry))
        attempts = [one for one in record.attempts if (one.assessment_id, one.submitted_at) == key]
        if not attempts:
            yield f"{entry['title']}: no attempt submitted at {entry['at']}"
        elif not any(one.passed for one in attempts) and not record.in_question:
            yield f"{entry['title']}: the attempt of {entry['at']} was not passed"
        elif not any(one.id in record.rescored or entry["evidence"] == _score(one) for one in attempts):
            yield f"{entry['title']}: {entry['evidence']}, on record {_score(attempts[0])}"


def _score(attempt: Attempt) -> str:
    return f"passed with {in_words(attempt.points or Fraction(0))} of {attempt.scored}"


def evaluation(record: CheckedRecord) -> Iterator[str]:
    for entry in _kept(record, RequirementKind.EVALUATION):
        if (entry["id"], _at(entry)) not in record.evaluated:
            yield f"no evaluation at {entry['at']}"


def _kept(record: CheckedRecord, kind: RequirementKind) -> list[Mapping[str, Any]]:
    return [entry for entry in record.evidence if record.evidence_kept and entry["kind"] == kind and entry["at"]]


def content(record: CheckedRecord) -> Iterator[str]:
    """Check that a certificate with the digest of today's course lists today's modules."""
    stated, course = record.facts, record.site.catalog.courses.get(record.certificate.course_id)
    if course is None or record.site.catalog.course_digest(course) != stated.content_hash:
        return  # older content, which is no longer there to compare
    current = [record.site.catalog.modules[id_] for id_ in course.modules]
    pinned = [(module.id, module.title, module.version, module.digest, module.minutes) for module in current]
    if [_pinned(asdict(module)) for module in stated.modules] != pinned:
        yield "the modules differ from those of the content"

"""The tables of an audit packet: which there are, their columns, and a record as rows of them. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from course.assessment.attempts.models import Attempt
from course.assessment.attempts.scoring import in_words
from course.certificates.approvals.models import Approval
from course.certificates.backdating.models import Backdating
from course.certificates.completion.rules import Kind
from course.certificates.corrections.models import NameCorrection
from course.certificates.issuing.facts import Facts, hours
from course.certificates.issuing.models import Certificate, Request, RequestState, Standing
from course.platform.audit.models import AuditEvent
from course.reporting.boards.models import Report
from course.reporting.records.archive import as_json

Row = Sequence[object]
COLUMNS: Mapping[str, Sequence[str]] = {
    "roster.csv": (
        "participant",
        "name",
        "state",
        "profession",
        "license",
        "course",
        "version",
        "cycle",
        "completed (UTC)",
        "requested (UTC)",
        "request",
        "decided (UTC)",
        "decided by",
        "hours",
        "minutes",
        "self-paced online",
        "live online",
        "in person",
        "certificate",
        "certificate is",
    ),
    "attendance.csv": (
        "participant",
        "request",
        "module",
        "title",
        "version",
        "content",
        "minutes",
        "attended",
        "finished (UTC)",
    ),
    "requirements.csv": ("participant", "request", "kind", "of", "title", "evidence", "met (UTC)"),
    "readings.csv": ("participant", "module", "section", "content", "studied (UTC)", "again"),
    "attempts.csv": (
        "participant",
        "attempt",
        "assessment",
        "number",
        "content",
        "started (UTC)",
        "submitted (UTC)",
        "points",
        "of",
        "pass mark %",
        "passed",
    ),
    "certificates.csv": (
        "number",
        "participant",
        "name",
        "course",
        "version",
        "cycle",
        "revision",
        "completed on",
        "issued on",
        "issued (UTC)",
        "issued by",
        "last day",
        "hours",
        "it is",
        "supersedes",
        "why",
        "content",
        "document SHA-256",
        "issuer",
        "place in the status lists",
        "template",
    ),
    "revocations.csv": ("certificate", "reason in public", "full reason", "revoked (UTC)", "by"),
    "name-corrections.csv": (
        "participant",
        "certificate",
        "name",
        "reason",
        "asked (UTC)",
        "it is",
        "decided (UTC)",
        "by",
        "note",
    ),
    "backdatings.csv": ("participant", "request", "dated back to", "reason", "asked (UTC)", "it is", "decided (UTC)"),
    "board-reports.csv": ("certificate", "board", "it is", "board's message", "since (UTC)"),
    "evaluations-given.csv": ("participant", "course", "cycle", "version", "given (UTC)"),
    "audit-log.csv": ("number", "when (UTC)", "who", "what", "subject", "details"),
}
AFTERWARDS: Mapping[str, Sequence[str]] = {
    "evaluations.csv": ("question", "asked", "answer", "participants"),
    "comments.csv": ("question", "comment"),
    "instructors.csv": ("course", "version", "instructor", "completions"),
    "objectives.csv": ("module", "version", "content", "objective"),
    "content.csv": (
        "module",
        "title",
        "version",
        "content",
        "completions",
        "reviewed by",
        "reviewed (UTC)",
        "in this packet",
    ),
    "banks.csv": ("assessment", "content", "attempts", "in this packet"),
    "hours.csv": (
        "module",
        "version",
        "content",
        "minutes on certificates",
        "words",
        "questions",
        "difficulty",
        "computed minutes",
        "claimed minutes",
    ),
    "approvals.csv": (
        "approver",
        "number",
        "states",
        "course",
        "version",
        "content",
        "speakers",
        "minutes",
        "first day",
        "last day",
        "recorded (UTC)",
        "by",
        "withdrawn (UTC)",
        "why",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Person:
    """Everything about one participant that the question asks for, as it stood at `as_of`."""

    id: int
    code: str
    as_of: datetime
    requests: Sequence[Request]  # with their licenses
    certificates: Sequence[Certificate]
    readings: Sequence[tuple[str, str, str, datetime, bool]]  # module, section, content, when, again
    attempts: Sequence[Attempt]
    evaluations: Sequence[tuple[str, int, str, datetime]]  # course, cycle, version, when
    corrections: Sequence[NameCorrection]
    backdatings: Sequence[Backdating]
    reports: Sequence[Report]
    events: Sequence[AuditEvent]

    def newest_of(self, request: Request) -> Certificate | None:
        found = [one for one in self.certificates if one.request_id == request.id]
        return max(found, key=lambda one: one.revision, default=None)

    def certificate_by(self, id_: int) -> str:
        return next((one.code for one in self.certificates if one.id == id_), "")

    def standing(self, one: Certificate) -> Standing:
        """What it was worth at `as_of`."""
        revoked = one.revocation is not None and one.revocation.revoked_at <= self.as_of
        if revoked:
            return Standing.REVOKED
        if one.successor is not None and one.successor.issued_at <= self.as_of:
            return Standing.SUPERSEDED
        expired = one.valid_until is not None and one.valid_until < one.today(self.as_of)
        return Standing.EXPIRED if expired else Standing.VALID

    def was(self, row: Any) -> tuple[str, datetime | None, str | None]:
        """State, decision and decider of a request of any kind at `as_of`."""
        if row.decided_at is None or row.decided_at > self.as_of:
            return str(RequestState.WAITING), None, None
        return row.state, row.decided_at, getattr(row, "decided_by", None)


def rows(person: Person) -> dict[str, list[Row]]:
    """The person's rows by table, in the order of their making."""
    return {
        "roster.csv": [_roster(person, one) for one in person.requests],
        "attendance.csv": [row for one in person.requests for row in _attendance(person, one)],
        "requirements.csv": [row for one in person.requests for row in _requirements(person, one)],
        "readings.csv": [(person.code, *one) for one in person.readings],
        "attempts.csv": [_attempt(person, one) for one in person.attempts],
        "certificates.csv": [_certificate(person, one) for one in person.certificates],
        "revocations.csv": list(_revocations(person)),
        "name-corrections.csv": [_correction(person, one) for one in person.corrections],
        "backdatings.csv": [_backdating(person, one) for one in person.backdatings],
        "board-reports.csv": [
            (person.certificate_by(one.certificate_id), one.board, one.state, one.message, one.changed_at)
            for one in person.reports
        ],
        "evaluations-given.csv": [(person.code, *one) for one in person.evaluations],
        "audit-log.csv": [event(one) for one in person.events],
    }


def _roster(person: Person, one: Request) -> Row:
    state, decided_at, decided_by = person.was(one)
    newest, minutes = person.newest_of(one), one.completion["minutes"]
    total = sum(minutes.values())
    return (
        person.code,
        one.attested_name,
        one.license.jurisdiction,
        one.license.profession,
        one.license.number,
        one.completion["title"],
        one.completion["version"],
        one.cycle,
        one.completed_at,
        one.requested_at,
        state,
        decided_at,
        decided_by,
        hours(total),
        total,
        minutes["self_paced_online"],
        minutes["live_online"],
        minutes["in_person"],
        newest and newest.code,
        newest and person.standing(newest),
    )


def _attendance(person: Person, one: Request) -> Iterator[Row]:
    """What the request keeps of each module: how much was studied, and when the last section was."""
    studied = {entry["id"]: entry for entry in one.completion["evidence"] if entry["kind"] == Kind.STUDY}
    for module in one.completion["modules"]:
        entry = studied.get(module["id"], {"evidence": "", "at": None})
        yield (
            person.code,
            one.code,
            module["id"],
            module["title"],
            module["version"],
            module["digest"],
            module["minutes"],
            entry["evidence"],
            _moment(entry["at"]),
        )


def _requirements(person: Person, one: Request) -> Iterator[Row]:
    for entry in one.completion["evidence"]:
        yield (
            person.code,
            one.code,
            entry["kind"],
            entry["id"],
            entry["title"],
            entry["evidence"],
            _moment(entry["at"]),
        )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _attempt(person: Person, one: Attempt) -> Row:
    over = one.submitted_at is not None and one.submitted_at <= person.as_of
    score = (one.submitted_at, in_words(one.points), one.scored) if over and one.points is not None else (None,) * 3
    return (
        person.code,
        one.code,
        one.assessment_id,
        one.number,
        one.content_hash,
        one.started_at,
        *score,
        one.pass_mark,
        one.passed if over else None,
    )


def _certificate(person: Person, one: Certificate) -> Row:
    told = Facts.from_json(one.facts)
    return (
        one.code,
        person.code,
        one.name,
        told.course_title,
        told.course_version,
        one.cycle,
        one.revision,
        told.completed_on,
        told.issued_on,
        one.issued_at,
        one.issued_by,
        one.valid_until,
        hours(told.total_minutes),
        person.standing(one),
        person.certificate_by(one.supersedes_id or 0),
        one.supersedes_why,
        one.content_hash,
        one.document_sha256,
        one.issuer,
        one.status_index,
        one.template_version,
    )


def _revocations(person: Person) -> Iterator[Row]:
    for one in person.certificates:
        end = one.revocation
        if end is not None and end.revoked_at <= person.as_of:
            yield one.code, end.reason, end.note, end.revoked_at, end.revoked_by


def _correction(person: Person, one: NameCorrection) -> Row:
    state, decided_at, by = person.was(one)
    return (
        person.code,
        person.certificate_by(one.certificate_id),
        one.name,
        one.reason,
        one.asked_at,
        state,
        decided_at,
        by,
        one.note if decided_at else None,
    )


def _backdating(person: Person, one: Backdating) -> Row:
    state, decided_at, _ = person.was(one)
    request = next(asked.code for asked in person.requests if asked.id == one.request_id)
    return person.code, request, one.issue_on, one.reason, one.asked_at, state, decided_at


def event(one: AuditEvent) -> Row:
    return one.id, one.at, one.actor_name, one.event, one.subject, as_json(one.details).decode().strip()


def approval(one: Approval, as_of: datetime) -> Row:
    withdrawn = one.withdrawn_at is not None and one.withdrawn_at <= as_of
    return (
        one.approver,
        one.number,
        ", ".join(one.states),
        one.course_id,
        one.course_version,
        one.content_hash,
        ", ".join(one.speakers),
        as_json(one.minutes).decode().strip(),
        one.first_day,
        one.last_day,
        one.recorded_at,
        one.recorded_by,
        one.withdrawn_at if withdrawn else None,
        one.withdrawn_why if withdrawn else None,
    )

"""What is on record about one participant, as rows of an audit packet's tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from course.assessment.attempts.models import Attempt
from course.assessment.attempts.scoring import in_words
from course.certificates.approvals.models import Approval
from course.certificates.backdating.models import Backdating
from course.certificates.completion.requirement import RequirementKind
from course.certificates.corrections.models import NameCorrection
from course.certificates.issuing.facts import Facts, hours
from course.certificates.issuing.models import Certificate, Request, RequestState, Standing
from course.learning.labs.models import Lab, Presence
from course.platform.audit.models import AuditEvent
from course.reporting.boards.models import Report
from course.reporting.records.archive import as_json

Row = Sequence[object]


@dataclass(frozen=True, kw_only=True)
class Participant:
    """What is on record about one participant for the packet, as of one moment.

    `requests` with their licenses. `readings`: (module, section, content, moment, whether it was repeated).
    `evaluations`: (course, cycle, version, moment). `presences`: (lab, presence, whether it was corrected).
    """

    id: int
    code: str
    as_of: datetime
    requests: Sequence[Request]
    certificates: Sequence[Certificate]
    readings: Sequence[tuple[str, str, str, datetime, bool]]
    presences: Sequence[tuple[Lab, Presence, bool]]
    attempts: Sequence[Attempt]
    evaluations: Sequence[tuple[str, int, str, datetime]]
    corrections: Sequence[NameCorrection]
    backdatings: Sequence[Backdating]
    reports: Sequence[Report]
    events: Sequence[AuditEvent]

    def newest_of(self, request: Request) -> Certificate | None:
        own = [one for one in self.certificates if one.request_id == request.id]
        return max(own, key=lambda one: one.revision, default=None)

    def number_of(self, certificate_id: int) -> str:
        return next((one.code for one in self.certificates if one.id == certificate_id), "")

    def standing(self, one: Certificate) -> Standing:
        """Return the standing of the certificate at `as_of`."""
        if one.revocation is not None and one.revocation.revoked_at <= self.as_of:
            return Standing.REVOKED
        if one.successor is not None and one.successor.issued_at <= self.as_of:
            return Standing.SUPERSEDED
        expired = one.valid_until is not None and one.valid_until < one.today(self.as_of)
        return Standing.EXPIRED if expired else Standing.VALID

    def decision_on(self, row: Any) -> tuple[str, datetime | None, str | None]:
        """Return (state, moment, decider) of a request of any kind at `as_of`."""
        if row.decided_at is None or row.decided_at > self.as_of:
            return str(RequestState.WAITING), None, None
        return row.state, row.decided_at, getattr(row, "decided_by", None)


def rows(person: Participant) -> dict[str, list[Row]]:
    """Return the participant's rows by table, oldest first."""
    return {
        "roster.csv": [_roster_row(person, one) for one in person.requests],
        "attendance.csv": [row for one in person.requests for row in _attendance_rows(person, one)],
        "requirements.csv": [row for one in person.requests for row in _requirement_rows(person, one)],
        "readings.csv": [(person.code, *one) for one in person.readings],
        "labs.csv": [_lab_row(person, *one) for one in person.presences],
        "attempts.csv": [_attempt_row(person, one) for one in person.attempts],
        "certificates.csv": [_certificate_row(person, one) for one in person.certificates],
        "revocations.csv": list(_revocation_rows(person)),
        "name-corrections.csv": [_correction_row(person, one) for one in person.corrections],
        "backdatings.csv": [_backdating_row(person, one) for one in person.backdatings],
        "board-reports.csv": [
            (person.number_of(one.certificate_id), one.board, one.state, one.message, one.changed_at)
            for one in person.reports
        ],
        "evaluations-given.csv": [(person.code, *one) for one in person.evaluations],
        "audit-log.csv": [event_row(one) for one in person.events],
    }


def _roster_row(person: Participant, one: Request) -> Row:
    state, decided_at, decided_by = person.decision_on(one)
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


def _attendance_rows(person: Participant, one: Request) -> Iterator[Row]:
    """Yield a row for each module of the request: how much was studied, and when the last section was finished."""
    studied = {entry["id"]: entry for entry in one.completion["evidence"] if entry["kind"] == RequirementKind.STUDY}
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


def _requirement_rows(person: Participant, one: Request) -> Iterator[Row]:
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


def _lab_row(person: Participant, lab: Lab, one: Presence, is_corrected: bool) -> Row:
    def by_then(moment: datetime | None) -> datetime | None:
        return moment if moment is not None and moment <= person.as_of else None

    return (
        person.code,
        lab.code,
        lab.title,
        lab.course_id,
        lab.mode,
        lab.jurisdiction,
        ", ".join(lab.instructors),
        lab.starts_at,
        lab.ends_at,
        one.in_at,
        by_then(one.out_at),
        one.how,
        one.recorded_by,
        one.reason,
        is_corrected,
        by_then(lab.closed_at),
    )


def _attempt_row(person: Participant, one: Attempt) -> Row:
    is_submitted = one.submitted_at is not None and one.submitted_at <= person.as_of
    score: Row = (None, None, None)
    if is_submitted and one.points is not None:
        score = (one.submitted_at, in_words(one.points), one.scored)
    return (
        person.code,
        one.code,
        one.assessment_id,
        one.number,
        one.content_hash,
        one.started_at,
        *score,
        one.pass_mark,
        one.passed if is_submitted else None,
    )


def _certificate_row(person: Participant, one: Certificate) -> Row:
    stated = Facts.from_json(one.facts)
    return (
        one.code,
        person.code,
        one.name,
        stated.course_title,
        stated.course_version,
        one.cycle,
        one.revision,
        stated.completed_on,
        stated.issued_on,
        one.issued_at,
        one.issued_by,
        one.valid_until,
        hours(stated.total_minutes),
        person.standing(one),
        person.number_of(one.supersedes_id or 0),
        one.supersession_reason,
        one.content_hash,
        one.document_sha256,
        one.issuer,
        one.status_index,
        one.template_version,
    )


def _revocation_rows(person: Participant) -> Iterator[Row]:
    for one in person.certificates:
        revocation = one.revocation
        if revocation is not None and revocation.revoked_at <= person.as_of:
            yield one.code, revocation.reason, revocation.note, revocation.revoked_at, revocation.revoked_by


def _correction_row(person: Participant, one: NameCorrection) -> Row:
    state, decided_at, by = person.decision_on(one)
    return (
        person.code,
        person.number_of(one.certificate_id),
        one.name,
        one.reason,
        one.asked_at,
        state,
        decided_at,
        by,
        one.note if decided_at else None,
    )


def _backdating_row(person: Participant, one: Backdating) -> Row:
    state, decided_at, _ = person.decision_on(one)
    request_code = next(request.code for request in person.requests if request.id == one.request_id)
    return person.code, request_code, one.issue_on, one.reason, one.asked_at, state, decided_at


def event_row(one: AuditEvent) -> Row:
    return one.id, one.at, one.actor_name, one.event, one.subject, as_json(one.details).decode().strip()


def approval_row(one: Approval, as_of: datetime) -> Row:
    is_withdrawn = one.withdrawn_at is not None and one.withdrawn_at <= as_of
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
        one.withdrawn_at if is_withdrawn else None,
        one.withdrawn_why if is_withdrawn else None,
    )

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, func, or_, select, union_all
from sqlalchemy.orm import aliased, undefer

from course.assessment.attempts.models import Attempt
from course.certificates.backdating.models import Backdating, BackdatingState
from course.certificates.completion.models import Evaluation
from course.certificates.issuing.models import Certificate, Request, RequestState, Revocation
from course.certificates.issuing.queries import NOT_ENDED
from course.certificates.rescoring.models import CertificateQuestion, RescoredAttempt
from course.learning.study import queries as study
from course.learning.study.models import Reading, Rereading
from course.people.accounts.models import User
from course.platform import db
from course.platform.audit.log import Event
from course.platform.audit.models import AuditEvent
from course.reporting.records.checked_record import CheckedRecord, Discrepancy, Fault, ValidCertificate
from course.reporting.records.models import RecordCheck
from course.site import site

SUBJECT_PREFIX = "certificate:"
CHECKED_EVENTS = (
    Event.CERTIFICATE_ISSUED,
    Event.CERTIFICATE_REVOKED,
    Event.CERTIFICATE_SUPERSEDED,
    Event.NAME_SET_IN_LATIN,
)


def next_records(after: int, size: int, today: date) -> list[CheckedRecord]:
    """Return the next certificates by id with all that they rest on.

    The number of statements does not depend on the number of certificates. The rows are detached and the connection
    is released, so that nobody waits for the database while the records are checked.
    """
    select_next = select(Certificate).where(Certificate.id > after).order_by(Certificate.id).limit(size)
    with_files = select_next.options(undefer(Certificate.document), undefer(Certificate.credential))
    records = _records(db.session.scalars(with_files).all(), today)
    db.session.expunge_all()
    db.release()
    return records


def _records(certificates: Sequence[Certificate], today: date) -> list[CheckedRecord]:
    people = {one.user_id for one in certificates}
    requests = _by_id(Request, {one.request_id for one in certificates})
    predecessors = _by_id(Certificate, {one.supersedes_id for one in certificates if one.supersedes_id})
    readings, attempts, events = _readings(people), _attempts(people), _events(people)
    backdated, evaluated, erased = _backdated(people), _evaluated(people), _erased(people, today)
    valid = _valid(people, today)
    rescored = _rescored([one.id for own in attempts.values() for one in own])
    in_question = _in_question([one.code for one in certificates])
    return [
        CheckedRecord(
            site=site(),
            certificate=one,
            request=requests.get(one.request_id),
            predecessor=predecessors.get(one.supersedes_id or 0),
            evidence_kept=one.user_id not in erased,
            readings=readings[one.user_id],
            attempts=attempts[one.user_id],
            rescored=rescored,
            in_question=one.code in in_question,
            evaluated=evaluated[one.user_id],
            backdated_to=backdated.get((one.user_id, one.course_id, one.cycle)),
            valid=valid[one.user_id],
            events=events[one.user_id],
        )
        for one in certificates
    ]


def _by_id(model: Any, ids: Collection[int]) -> dict[int, Any]:
    return {row.id: row for row in db.session.scalars(select(model).where(model.id.in_(ids)))}


def _readings(people: Collection[int]) -> dict[int, list[tuple[str, str, datetime]]]:
    found: dict[int, list[tuple[str, str, datetime]]] = defaultdict(list)
    rows = union_all(
        *(
            select(table.user_id, table.module_id, table.section_id, table.at).where(table.user_id.in_(people))
            for table in (Reading, Rereading)
        )
    )
    for person, module, section, at in db.session.execute(rows):
        found[person].append((module, section, at))
    return found


def _attempts(people: Collection[int]) -> dict[int, list[Attempt]]:
    found: dict[int, list[Attempt]] = defaultdict(list)
    for one in db.session.scalars(
        select(Attempt).where(Attempt.user_id.in_(people), Attempt.submitted_at.is_not(None)).order_by(Attempt.id)
    ):
        found[one.user_id].append(one)
    return found


def _events(people: Collection[int]) -> dict[int, list[AuditEvent]]:
    found: dict[int, list[AuditEvent]] = defaultdict(list)
    for one in db.session.scalars(
        select(AuditEvent)
        .where(AuditEvent.person_id.in_(people), AuditEvent.event.in_(CHECKED_EVENTS))
        .order_by(AuditEvent.id)
    ):
        found[one.person_id or 0].append(one)
    return found


def _backdated(people: Collection[int]) -> dict[tuple[int, str, int], date]:
    rows = db.session.execute(
        select(Request.user_id, Request.course_id, Request.cycle, Backdating.issue_on)
        .join(Request, Request.id == Backdating.request_id)
        .where(Request.user_id.in_(people), Backdating.state == BackdatingState.CONFIRMED)
    )
    return {(person, course, cycle): day for person, course, cycle, day in rows}


def _valid(people: Collection[int], today: date) -> dict[int, list[ValidCertificate]]:
    """Return the valid certificates of each person in order of issue."""
    began = {
        (person, course, start.number): start.opened_at
        for person, courses in study.cycles_of(people).items()
        for course, starts in courses.items()
        for start in starts
    }
    rows = db.session.execute(
        select(Certificate.code, Certificate.user_id, Certificate.course_id, Certificate.cycle, Certificate.facts)
        .add_columns(Request.completed_at)
        .join(Request, Request.id == Certificate.request_id)
        .where(Certificate.user_id.in_(people), NOT_ENDED)
        .where(or_(Certificate.valid_until.is_(None), Certificate.valid_until >= today))
        .order_by(Certificate.id)
    )
    found: dict[int, list[ValidCertificate]] = defaultdict(list)
    for row in rows:
        cycle_began = began.get((row.user_id, row.course_id, row.cycle))
        found[row.user_id].append(ValidCertificate(row.code, row.facts, row.completed_at, cycle_began))
    return found


def _evaluated(people: Collection[int]) -> dict[int, set[tuple[str, datetime]]]:
    found: dict[int, set[tuple[str, datetime]]] = defaultdict(set)
    for person, course, at in db.session.execute(
        select(Evaluation.user_id, Evaluation.course_id, Evaluation.given_at).where(Evaluation.user_id.in_(people))
    ):
        found[person].add((course, at))
    return found


def _erased(people: Collection[int], today: date) -> set[int]:
    """Return the people whose accounts are gone or closed, with their retention period over."""
    kept = select(User.id).where(User.id.in_(people), or_(User.closed_at.is_(None), User.kept_until >= today))
    return set(people) - set(db.session.scalars(kept))


def _rescored(attempts: Collection[int]) -> set[int]:
    rows = select(RescoredAttempt.attempt_id).where(RescoredAttempt.attempt_id.in_(attempts))
    return set(db.session.scalars(rows))


def _in_question(codes: Collection[str]) -> set[str]:
    return set(
        db.session.scalars(
            select(CertificateQuestion.certificate_code).where(CertificateQuestion.certificate_code.in_(codes))
        )
    )


def missing_certificates() -> list[Discrepancy]:
    """Return every certificate that a request or the audit log names and the register lacks."""
    issued = select(Request.code).where(
        Request.state == RequestState.ISSUED, ~exists().where(Certificate.request_id == Request.id)
    )
    missing = [
        Discrepancy(Fault.GONE, f"request:{code}", "issued, but no certificate has this request")
        for code in db.session.scalars(issued.order_by(Request.id))
    ]
    for event, is_missing in _MISSING.items():
        rows = select(AuditEvent.subject, AuditEvent.at).where(AuditEvent.event == event, is_missing)
        missing += [
            Discrepancy(Fault.GONE, subject, f"{event} at {at:%Y-%m-%d %H:%M} UTC is in the log only")
            for subject, at in db.session.execute(rows.order_by(AuditEvent.id))
        ]
    db.release()
    return missing


_successor = aliased(Certificate)
_CODE = func.substr(AuditEvent.subject, len(SUBJECT_PREFIX) + 1)
_MISSING = {
    Event.CERTIFICATE_ISSUED: ~exists().where(Certificate.code == _CODE),
    Event.CERTIFICATE_REVOKED: ~exists().where(Certificate.code == _CODE, Certificate.id == Revocation.certificate_id),
    Event.CERTIFICATE_SUPERSEDED: ~exists().where(
        _successor.supersedes_id == Certificate.id, Certificate.code == _CODE
    ),
}


def find_running() -> RecordCheck | None:
    return db.session.scalars(select(RecordCheck).filter_by(finished_at=None).limit(1)).one_or_none()


def find_latest() -> RecordCheck | None:
    """Return the newest finished check."""
    return db.session.scalars(
        select(RecordCheck).where(RecordCheck.finished_at.is_not(None)).order_by(RecordCheck.id.desc()).limit(1)
    ).one_or_none()


def latest_checks(limit: int) -> Sequence[RecordCheck]:
    """Return finished checks, newest first."""
    return db.session.scalars(
        select(RecordCheck).where(RecordCheck.finished_at.is_not(None)).order_by(RecordCheck.id.desc()).limit(limit)
    ).all()

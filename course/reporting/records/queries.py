from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, or_, select, union_all
from sqlalchemy.orm import aliased, undefer

from course.assessment.attempts.models import Attempt
from course.certificates.backdating.models import Backdating, BackdatingState
from course.certificates.completion.models import Evaluation
from course.certificates.issuing.models import Certificate, Request, RequestState, Revocation
from course.certificates.rescoring.models import CertificateQuestion, RescoredAttempt
from course.learning.study.models import Reading, Rereading
from course.people.accounts.models import User
from course.platform import db
from course.platform.audit.log import Event
from course.platform.audit.models import AuditEvent
from course.platform.web import NotFound
from course.reporting.records.checks import Fault, Found, Record
from course.reporting.records.models import Packet, RecordCheck
from course.site import site

MARK = "certificate:"
TOLD = (
    Event.CERTIFICATE_ISSUED,
    Event.CERTIFICATE_REVOKED,
    Event.CERTIFICATE_SUPERSEDED,
    Event.NAME_SET_IN_LATIN,
)


def records(after: int, size: int, today: date) -> list[Record]:
    """The next certificates by id with all that they rest on, read in the same number of statements for any number.

    The rows are let go of, so that nobody waits for the database while they are looked at.
    """
    wanted = select(Certificate).where(Certificate.id > after).order_by(Certificate.id).limit(size)
    found = db.session.scalars(wanted.options(undefer(Certificate.document), undefer(Certificate.credential))).all()
    made = _records(found, today)
    db.session.expunge_all()
    db.release()
    return made


def _records(found: Sequence[Certificate], today: date) -> list[Record]:
    people = {one.user_id for one in found}
    requests = _by_id(Request, {one.request_id for one in found})
    before = _by_id(Certificate, {one.supersedes_id for one in found if one.supersedes_id})
    readings, attempts, events = _readings(people), _attempts(people), _events(people)
    dated = _dated_back(people)
    evaluated, gone = _evaluated(people), _no_longer_kept(people, today)
    rescored = _rescored([one.id for of in attempts.values() for one in of])
    asked = _in_question([one.code for one in found])
    return [
        Record(
            site=site(),
            certificate=one,
            request=requests.get(one.request_id),
            predecessor=before.get(one.supersedes_id or 0),
            evidence_kept=one.user_id not in gone,
            readings=readings[one.user_id],
            attempts=attempts[one.user_id],
            rescored=rescored,
            in_question=one.code in asked,
            evaluated=evaluated[one.user_id],
            dated_back_to=dated.get((one.user_id, one.course_id, one.cycle)),
            events=events[one.user_id],
        )
        for one in found
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
        select(AuditEvent).where(AuditEvent.person_id.in_(people), AuditEvent.event.in_(TOLD)).order_by(AuditEvent.id)
    ):
        found[one.person_id or 0].append(one)
    return found


def _dated_back(people: Collection[int]) -> dict[tuple[int, str, int], date]:
    rows = db.session.execute(
        select(Request.user_id, Request.course_id, Request.cycle, Backdating.issue_on)
        .join(Request, Request.id == Backdating.request_id)
        .where(Request.user_id.in_(people), Backdating.state == BackdatingState.CONFIRMED)
    )
    return {(person, course, cycle): day for person, course, cycle, day in rows}


def _evaluated(people: Collection[int]) -> dict[int, set[tuple[str, datetime]]]:
    found: dict[int, set[tuple[str, datetime]]] = defaultdict(set)
    for person, course, at in db.session.execute(
        select(Evaluation.user_id, Evaluation.course_id, Evaluation.given_at).where(Evaluation.user_id.in_(people))
    ):
        found[person].add((course, at))
    return found


def _no_longer_kept(people: Collection[int], today: date) -> set[int]:
    """Those whose accounts are gone, or closed so long ago that nothing of their work has to be kept."""
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


def gone() -> list[Found]:
    """What the log or a request tells of and the register lacks, in three statements over everything."""
    issued = select(Request.code).where(
        Request.state == RequestState.ISSUED, ~exists().where(Certificate.request_id == Request.id)
    )
    found = [
        Found(Fault.GONE, f"request:{code}", "it was issued, but no certificate rests on it")
        for code in db.session.scalars(issued.order_by(Request.id))
    ]
    for event, lacks in _LACKING.items():
        rows = select(AuditEvent.subject, AuditEvent.at).where(AuditEvent.event == event, lacks)
        found += [
            Found(Fault.GONE, subject, f"{event} at {at:%Y-%m-%d %H:%M} UTC stands in the log alone")
            for subject, at in db.session.execute(rows.order_by(AuditEvent.id))
        ]
    db.release()
    return found


_successor = aliased(Certificate)
_CODE = func.substr(AuditEvent.subject, len(MARK) + 1)
_LACKING = {
    Event.CERTIFICATE_ISSUED: ~exists().where(Certificate.code == _CODE),
    Event.CERTIFICATE_REVOKED: ~exists().where(Certificate.code == _CODE, Certificate.id == Revocation.certificate_id),
    Event.CERTIFICATE_SUPERSEDED: ~exists().where(
        _successor.supersedes_id == Certificate.id, Certificate.code == _CODE
    ),
}


def find_running() -> RecordCheck | None:
    return db.session.scalars(select(RecordCheck).filter_by(finished_at=None).limit(1)).one_or_none()


def find_latest() -> RecordCheck | None:
    """The newest check that is finished."""
    return db.session.scalars(
        select(RecordCheck).where(RecordCheck.finished_at.is_not(None)).order_by(RecordCheck.id.desc()).limit(1)
    ).one_or_none()


def latest_checks(limit: int) -> Sequence[RecordCheck]:
    """Finished ones, newest first."""
    return db.session.scalars(
        select(RecordCheck).where(RecordCheck.finished_at.is_not(None)).order_by(RecordCheck.id.desc()).limit(limit)
    ).all()


def packet_of(code: UUID) -> Packet:
    found = db.session.scalars(select(Packet).filter_by(code=code)).one_or_none()
    if found is None:
        raise NotFound
    return found


def latest_packets(*, page: int, size: int) -> Sequence[Packet]:
    """Newest first."""
    return db.session.scalars(select(Packet).order_by(Packet.id.desc()).offset((page - 1) * size).limit(size)).all()


def count_packets() -> int:
    return db.session.scalars(select(func.count(Packet.id))).one()


def find_unfinished(question: Mapping[str, Any]) -> Packet | None:
    """The packet that is being made as an answer to the same question."""
    rows = db.session.scalars(select(Packet).filter_by(finished_at=None).order_by(Packet.id))
    return next((row for row in rows if row.question == question), None)


def packets_finished_before(moment: datetime) -> Sequence[UUID]:
    return db.session.scalars(select(Packet.code).where(Packet.finished_at < moment)).all()

"""What is on record for an audit packet, as of one moment. Participants are read a hundred at a time."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, or_, select, union_all
from sqlalchemy.orm import selectinload

from course.assessment.attempts.models import Attempt
from course.certificates.approvals.models import Approval
from course.certificates.backdating.models import Backdating
from course.certificates.completion.models import Evaluation
from course.certificates.corrections.models import NameCorrection
from course.certificates.issuing.models import Certificate, Request
from course.content.schema.catalog import Catalog
from course.content.schema.course import Course
from course.learning.labs import queries as labs
from course.learning.labs.models import Lab, Presence
from course.learning.study.models import Reading, Rereading
from course.people.accounts.models import User
from course.platform import db
from course.platform.audit.log import Event
from course.platform.audit.models import AuditEvent
from course.platform.queries import Page, one_or_404, page_of
from course.reporting.boards.models import Report
from course.reporting.records.models import Packet, RecordCheck
from course.reporting.records.packet_request import PacketRequest
from course.reporting.records.packet_rows import Participant

PARTICIPANTS_PER_BATCH = 100
DOCUMENTS_PER_BATCH = 20
CONTENT_EVENTS = (Event.APPROVAL_RECORDED, Event.APPROVAL_WITHDRAWN, Event.CONTENT_REVIEWED, Event.ITEM_RESCORED)


def packet_of(code: UUID) -> Packet:
    return one_or_404(select(Packet).filter_by(code=code))


def packets(*, page: int, size: int) -> Page[Packet]:
    """Return one page of the packets, newest first."""
    return page_of(select(Packet).order_by(Packet.id.desc()), number=page, size=size)


def find_unfinished(question: Mapping[str, Any]) -> Packet | None:
    """Return the packet with this question that is waiting or being created."""
    rows = db.session.scalars(select(Packet).filter_by(finished_at=None).order_by(Packet.id))
    return next((row for row in rows if row.question == question), None)


def packets_finished_before(moment: datetime) -> Sequence[UUID]:
    return db.session.scalars(select(Packet.code).where(Packet.finished_at < moment)).all()


class PacketRecords:
    """Reads what one packet contains. Between two batches it keeps neither rows nor a database connection."""

    def __init__(self, request: PacketRequest, as_of: datetime, catalog: Catalog) -> None:
        self.request, self.as_of, self._catalog = request, as_of, catalog

    def _included(self) -> list[ColumnElement[bool]]:
        own = select(Certificate.id).where(Certificate.request_id == Request.id)
        by_then = own.where(Certificate.issued_at <= self.as_of).exists()
        corrected_later = own.where(Certificate.supersedes_id.is_not(None), Certificate.issued_at > self.as_of)
        # A request whose first certificate is a later correction came on record with that certificate, even if the
        # learner signed it long before.
        on_record = [Request.requested_at <= self.as_of, or_(by_then, ~corrected_later.exists())]
        if self.request.person is not None:
            return [*on_record, Request.user_id == self._person_id()]
        first, beyond = self.request.utc_bounds()
        return [
            *on_record,
            Request.course_id == self.request.course,
            Request.completed_at >= first,
            Request.completed_at < beyond,
        ]

    def _person_id(self) -> int:
        return db.session.scalars(select(User.id).filter_by(code=UUID(self.request.person))).one()

    def max_participants(self) -> int:
        """Return an upper bound: a day at the edge of the period may turn out to be outside in the state's calendar."""
        if self.request.person is not None:
            return 1
        count = db.session.scalars(select(func.count(func.distinct(Request.user_id))).where(*self._included())).one()
        db.release()
        return count

    def batches(self) -> Iterator[list[Participant]]:
        """Yield the participants in the order of their accounts. A packet about a person always has that person."""
        last = 0
        while ids := self._next_ids(last):
            batch = self._participants(ids)
            db.session.expunge_all()
            db.release()
            yield batch
            last = ids[-1]

    def _next_ids(self, after: int) -> Sequence[int]:
        if self.request.person is not None:
            return [id_ for id_ in [self._person_id()] if id_ > after]
        wanted = select(Request.user_id).where(*self._included(), Request.user_id > after).distinct()
        return db.session.scalars(wanted.order_by(Request.user_id).limit(PARTICIPANTS_PER_BATCH)).all()

    def _participants(self, ids: Collection[int]) -> list[Participant]:
        requests = self._requests(ids)
        certificates = self._certificates(requests)
        certificate_ids = [one.id for own in certificates.values() for one in own]
        request_ids = [one.id for own in requests.values() for one in own]
        readings, attempts, evaluations = self._readings(ids), self._attempts(ids), self._evaluations(ids)
        corrections = self._rows(
            NameCorrection, NameCorrection.certificate_id.in_(certificate_ids), NameCorrection.asked_at
        )
        backdatings = self._rows(Backdating, Backdating.request_id.in_(request_ids), Backdating.asked_at)
        reports = self._rows(Report, Report.certificate_id.in_(certificate_ids), Report.changed_at)
        presences = self._presences(ids)
        events = self._events(ids, requests, certificates, attempts, presences)
        codes = dict(db.session.execute(select(User.id, User.code).where(User.id.in_(ids))).all())
        return [
            Participant(
                id=id_,
                code=str(codes[id_]),
                as_of=self.as_of,
                requests=requests[id_],
                certificates=certificates[id_],
                readings=readings[id_],
                presences=presences[id_],
                attempts=attempts[id_],
                evaluations=evaluations[id_],
                corrections=[one for one in corrections if one.user_id == id_],
                backdatings=[one for one in backdatings if one.request_id in {request.id for request in requests[id_]}],
                reports=[one for one in reports if one.certificate_id in {own.id for own in certificates[id_]}],
                events=events[id_],
            )
            for id_ in ids
            if requests[id_] or self.request.person is not None
        ]

    def _requests(self, ids: Collection[int]) -> dict[int, list[Request]]:
        wanted = select(Request).where(*self._included(), Request.user_id.in_(ids)).order_by(Request.id)
        found: dict[int, list[Request]] = {id_: [] for id_ in ids}
        for one in db.session.scalars(wanted.options(selectinload(Request.license))):
            place = self._catalog.licensing_places[one.license.jurisdiction]
            if self.request.includes(one.completed_at, place.time_zone):
                found[one.user_id].append(one)
        return found

    def _certificates(self, requests: Mapping[int, Sequence[Request]]) -> dict[int, list[Certificate]]:
        request_ids = [one.id for own in requests.values() for one in own]
        wanted = select(Certificate).where(Certificate.request_id.in_(request_ids), Certificate.issued_at <= self.as_of)
        found: dict[int, list[Certificate]] = defaultdict(list)
        for one in db.session.scalars(wanted.order_by(Certificate.id)):
            found[one.user_id].append(one)
        return found

    def _modules(self) -> Sequence[str] | None:
        """Return the modules of the packet's course; None for all modules."""
        course = self.course
        return course.modules if course else None

    @property
    def course(self) -> Course | None:
        """The packet's course as it is now; None if the packet is about a person or the course no longer exists."""
        return self._catalog.courses.get(self.request.course or "")

    def _readings(self, ids: Collection[int]) -> dict[int, list[Any]]:
        def rows_of(table: Any, content: Any, is_repeated: bool) -> Any:
            keys = (table.user_id, table.id, table.module_id, table.section_id)
            columns = (*keys, content, table.at, literal(is_repeated))
            wanted = select(*columns).where(table.user_id.in_(ids), table.at <= self.as_of)
            modules = self._modules()
            return wanted if modules is None else wanted.where(table.module_id.in_(modules))

        found: dict[int, list[Any]] = {id_: [] for id_ in ids}
        rows = union_all(rows_of(Reading, Reading.content_hash, False), rows_of(Rereading, literal(""), True))
        for user_id, id_, *reading in db.session.execute(rows):
            found[user_id].append((reading[3], bool(reading[4]), id_, reading))
        return {user_id: [tuple(reading) for *_, reading in sorted(own)] for user_id, own in found.items()}

    def _presences(self, ids: Collection[int]) -> dict[int, list[tuple[Lab, Presence, bool]]]:
        """Return (lab, presence, whether it was corrected by then) of the packet's course, or of all labs."""
        known = self._rows(Presence, Presence.user_id.in_(ids), Presence.recorded_at)
        at = labs.labs_by_id({one.lab_id for one in known})
        corrected = {one.replaces_id for one in known}
        found: dict[int, list[tuple[Lab, Presence, bool]]] = {id_: [] for id_ in ids}
        for one in known:
            if self.request.course in {None, at[one.lab_id].course_id}:
                found[one.user_id].append((at[one.lab_id], one, one.id in corrected))
        return found

    def _attempts(self, ids: Collection[int]) -> dict[int, list[Attempt]]:
        wanted = select(Attempt).where(Attempt.user_id.in_(ids), Attempt.started_at <= self.as_of)
        if self.course is not None:
            wanted = wanted.where(Attempt.assessment_id.in_(self.course.assessments))
        found: dict[int, list[Attempt]] = {id_: [] for id_ in ids}
        for one in db.session.scalars(wanted.order_by(Attempt.id)):
            found[one.user_id].append(one)
        return found

    def _evaluations(self, ids: Collection[int]) -> dict[int, list[Any]]:
        wanted = select(
            Evaluation.user_id, Evaluation.course_id, Evaluation.cycle, Evaluation.course_version, Evaluation.given_at
        ).where(Evaluation.user_id.in_(ids), Evaluation.given_at <= self.as_of)
        if self.request.course is not None:
            wanted = wanted.where(Evaluation.course_id == self.request.course)
        found: dict[int, list[Any]] = {id_: [] for id_ in ids}
        for user_id, *given in db.session.execute(wanted.order_by(Evaluation.id)):
            found[user_id].append(tuple(given))
        return found

    def _rows(self, model: Any, condition: ColumnElement[bool], at: Any) -> Sequence[Any]:
        return db.session.scalars(select(model).where(condition, at <= self.as_of).order_by(model.id)).all()

    def _events(
        self,
        ids: Collection[int],
        requests: Mapping[int, Sequence[Request]],
        certificates: Mapping[int, Sequence[Certificate]],
        attempts: Mapping[int, Sequence[Attempt]],
        presences: Mapping[int, Sequence[tuple[Lab, Presence, bool]]],
    ) -> dict[int, list[AuditEvent]]:
        """Return each person's audit events: all of them, or those about the packet's course."""
        wanted = select(AuditEvent).where(AuditEvent.person_id.in_(ids), AuditEvent.at <= self.as_of)
        found: dict[int, list[AuditEvent]] = {id_: [] for id_ in ids}
        for one in db.session.scalars(wanted.order_by(AuditEvent.id)):
            found[one.person_id or 0].append(one)
        if self.request.person is not None:
            return found
        for id_ in ids:
            subjects = {f"request:{one.code}" for one in requests[id_]} | {
                f"attempt:{one.code}" for one in attempts[id_]
            }
            subjects |= {f"certificate:{one.code}" for one in certificates[id_]}
            subjects |= {f"lab:{lab.code}" for lab, _, _ in presences[id_]}
            found[id_] = [
                one for one in found[id_] if one.subject in subjects or one.details.get("course") == self.request.course
            ]
        return found

    def events_about_content(self) -> list[AuditEvent]:
        """Return the audit events about the course itself: approvals, module reviews, rescored items."""
        if self.course is None:
            return []
        subjects = {f"module:{id_}" for id_ in self.course.modules}
        banks = {bank for id_ in self.course.assessments for bank in self._catalog.assessments[id_].banks}
        subjects |= {f"item:{item.id}" for bank in banks for item in self._catalog.banks[bank].items}
        rows = db.session.scalars(
            select(AuditEvent)
            .where(AuditEvent.event.in_(CONTENT_EVENTS), AuditEvent.at <= self.as_of)
            .order_by(AuditEvent.id)
        ).all()
        db.session.expunge_all()
        db.release()
        return [row for row in rows if row.subject in subjects or row.details.get("course") == self.course.id]

    def answers(self, ids: Collection[int]) -> list[dict[str, Any]]:
        """Return these people's evaluations of the packet's course, without their names."""
        rows = db.session.scalars(
            select(Evaluation.answers).where(
                Evaluation.user_id.in_(ids),
                Evaluation.course_id == self.request.course,
                Evaluation.given_at <= self.as_of,
            )
        ).all()
        db.release()
        return list(rows)

    def approvals(self, courses: Collection[str]) -> Sequence[Approval]:
        rows = db.session.scalars(
            select(Approval)
            .where(Approval.course_id.in_(courses), Approval.recorded_at <= self.as_of)
            .order_by(Approval.id)
        ).all()
        db.session.expunge_all()
        db.release()
        return rows

    def last_check(self) -> RecordCheck | None:
        """Return the newest records check that was finished by then."""
        check = db.session.scalars(
            select(RecordCheck).where(RecordCheck.finished_at <= self.as_of).order_by(RecordCheck.id.desc()).limit(1)
        ).one_or_none()
        db.session.expunge_all()
        db.release()
        return check


def certificate_files(certificates: Sequence[Certificate]) -> Iterator[tuple[str, bytes, str | None]]:
    """Yield (number, document, badge) of each certificate, with few of them in memory."""
    ids = [one.id for one in certificates]
    for start in range(0, len(ids), DOCUMENTS_PER_BATCH):
        rows = db.session.execute(
            select(Certificate.code, Certificate.document, Certificate.credential)
            .where(Certificate.id.in_(ids[start : start + DOCUMENTS_PER_BATCH]))
            .order_by(Certificate.id)
        ).all()
        db.release()
        yield from ((code, document, credential) for code, document, credential in rows)

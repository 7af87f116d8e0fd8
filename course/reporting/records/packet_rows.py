"""What is on record about the participants that a packet asks for, a hundred at a time, as it stood at a moment."""

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
from course.learning.study.models import Reading, Rereading
from course.people.accounts.models import User
from course.platform import db
from course.platform.audit.log import Event
from course.platform.audit.models import AuditEvent
from course.reporting.boards.models import Report
from course.reporting.records.models import RecordCheck
from course.reporting.records.question import Question
from course.reporting.records.sheets import Person

PEOPLE = 100  # that are read at once
FILES = 20  # documents that are read at once
ABOUT_CONTENT = (Event.APPROVAL_RECORDED, Event.APPROVAL_WITHDRAWN, Event.CONTENT_REVIEWED, Event.ITEM_RESCORED)


class Holdings:
    """The answers to one question. Between two batches nothing is held of the database."""

    def __init__(self, question: Question, as_of: datetime, catalog: Catalog) -> None:
        self.question, self.as_of, self._catalog = question, as_of, catalog

    def _asked(self) -> list[ColumnElement[bool]]:
        own = select(Certificate.id).where(Certificate.request_id == Request.id)
        by_then = own.where(Certificate.issued_at <= self.as_of).exists()
        in_place = own.where(Certificate.supersedes_id.is_not(None), Certificate.issued_at > self.as_of).exists()
        # what a later certificate in place of another rests on was put on record with it, however old its signature
        asked = [Request.requested_at <= self.as_of, or_(by_then, ~in_place)]
        if self.question.person is not None:
            return [*asked, Request.user_id == self._person_id()]
        first, beyond = self.question.moments()
        return [
            *asked,
            Request.course_id == self.question.course,
            Request.completed_at >= first,
            Request.completed_at < beyond,
        ]

    def _person_id(self) -> int:
        return db.session.scalars(select(User.id).filter_by(code=UUID(self.question.person))).one()

    def count(self) -> int:
        """How many participants there may be, at most."""
        if self.question.person is not None:
            return 1
        found = db.session.scalars(select(func.count(func.distinct(Request.user_id))).where(*self._asked())).one()
        db.release()
        return found

    def batches(self) -> Iterator[list[Person]]:
        """The participants in the order of their accounts; an empty one still asks for itself."""
        last = 0
        while ids := self._next_people(last):
            batch = self._people(ids)
            db.session.expunge_all()
            db.release()
            yield batch
            last = ids[-1]

    def _next_people(self, after: int) -> Sequence[int]:
        if self.question.person is not None:
            return [id_ for id_ in [self._person_id()] if id_ > after]
        wanted = select(Request.user_id).where(*self._asked(), Request.user_id > after).distinct()
        return db.session.scalars(wanted.order_by(Request.user_id).limit(PEOPLE)).all()

    def _people(self, ids: Collection[int]) -> list[Person]:
        requests = self._requests(ids)
        certificates = self._certificates(requests)
        awards = [one.id for of in certificates.values() for one in of]
        asked = [one.id for of in requests.values() for one in of]
        readings, attempts, given = self._readings(ids), self._attempts(ids), self._evaluations(ids)
        corrections = self._rows(NameCorrection, NameCorrection.certificate_id.in_(awards), NameCorrection.asked_at)
        backdatings = self._rows(Backdating, Backdating.request_id.in_(asked), Backdating.asked_at)
        reports = self._rows(Report, Report.certificate_id.in_(awards), Report.changed_at)
        events = self._events(ids, requests, certificates, attempts)
        codes = dict(db.session.execute(select(User.id, User.code).where(User.id.in_(ids))).all())
        return [
            Person(
                id=id_,
                code=str(codes[id_]),
                as_of=self.as_of,
                requests=requests[id_],
                certificates=certificates[id_],
                readings=readings[id_],
                attempts=attempts[id_],
                evaluations=given[id_],
                corrections=[one for one in corrections if one.user_id == id_],
                backdatings=[one for one in backdatings if one.request_id in {asked.id for asked in requests[id_]}],
                reports=[one for one in reports if one.certificate_id in {award.id for award in certificates[id_]}],
                events=events[id_],
            )
            for id_ in ids
            if requests[id_] or self.question.person is not None
        ]

    def _requests(self, ids: Collection[int]) -> dict[int, list[Request]]:
        wanted = select(Request).where(*self._asked(), Request.user_id.in_(ids)).order_by(Request.id)
        found: dict[int, list[Request]] = {id_: [] for id_ in ids}
        for one in db.session.scalars(wanted.options(selectinload(Request.license))):
            if self.question.asks_for(
                one.completed_at, self._catalog.jurisdictions[one.license.jurisdiction].time_zone
            ):
                found[one.user_id].append(one)
        return found

    def _certificates(self, requests: Mapping[int, Sequence[Request]]) -> dict[int, list[Certificate]]:
        asked = [one.id for of in requests.values() for one in of]
        wanted = select(Certificate).where(Certificate.request_id.in_(asked), Certificate.issued_at <= self.as_of)
        found: dict[int, list[Certificate]] = defaultdict(list)
        for one in db.session.scalars(wanted.order_by(Certificate.id)):
            found[one.user_id].append(one)
        return found

    def _modules(self) -> Sequence[str] | None:
        """The modules that are asked for; None for all."""
        course = self.course
        return course.modules if course else None

    @property
    def course(self) -> Course | None:
        """The course that is asked for, as it is now; None where a person is asked for, or the course has gone."""
        return self._catalog.courses.get(self.question.course or "")

    def _readings(self, ids: Collection[int]) -> dict[int, list[Any]]:
        def of(table: Any, content: Any, again: bool) -> Any:
            columns = (table.user_id, table.id, table.module_id, table.section_id, content, table.at, literal(again))
            wanted = select(*columns).where(table.user_id.in_(ids), table.at <= self.as_of)
            modules = self._modules()
            return wanted if modules is None else wanted.where(table.module_id.in_(modules))

        found: dict[int, list[Any]] = {id_: [] for id_ in ids}
        rows = union_all(of(Reading, Reading.content_hash, False), of(Rereading, literal(""), True))
        for user_id, id_, *reading in db.session.execute(rows):
            found[user_id].append((reading[3], bool(reading[4]), id_, reading))
        return {user_id: [tuple(reading) for *_, reading in sorted(of)] for user_id, of in found.items()}

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
        if self.question.course is not None:
            wanted = wanted.where(Evaluation.course_id == self.question.course)
        found: dict[int, list[Any]] = {id_: [] for id_ in ids}
        for user_id, *given in db.session.execute(wanted.order_by(Evaluation.id)):
            found[user_id].append(tuple(given))
        return found

    def _rows(self, model: Any, of: ColumnElement[bool], at: Any) -> Sequence[Any]:
        return db.session.scalars(select(model).where(of, at <= self.as_of).order_by(model.id)).all()

    def _events(
        self,
        ids: Collection[int],
        requests: Mapping[int, Sequence[Request]],
        certificates: Mapping[int, Sequence[Certificate]],
        attempts: Mapping[int, Sequence[Attempt]],
    ) -> dict[int, list[AuditEvent]]:
        """A person's whole part of the log; where a course is asked for, what is about that course."""
        wanted = select(AuditEvent).where(AuditEvent.person_id.in_(ids), AuditEvent.at <= self.as_of)
        found: dict[int, list[AuditEvent]] = {id_: [] for id_ in ids}
        for one in db.session.scalars(wanted.order_by(AuditEvent.id)):
            found[one.person_id or 0].append(one)
        if self.question.person is not None:
            return found
        for id_ in ids:
            about = {f"request:{one.code}" for one in requests[id_]} | {f"attempt:{one.code}" for one in attempts[id_]}
            about |= {f"certificate:{one.code}" for one in certificates[id_]}
            found[id_] = [
                one for one in found[id_] if one.subject in about or one.details.get("course") == self.question.course
            ]
        return found

    def events_about_content(self) -> list[AuditEvent]:
        """What was done to the course itself: approvals, reviews of its modules, items that were scored anew."""
        if self.course is None:
            return []
        subjects = {f"module:{id_}" for id_ in self.course.modules}
        banks = {bank for id_ in self.course.assessments for bank in self._catalog.assessments[id_].banks}
        subjects |= {f"item:{item.id}" for bank in banks for item in self._catalog.banks[bank].items}
        rows = db.session.scalars(
            select(AuditEvent)
            .where(AuditEvent.event.in_(ABOUT_CONTENT), AuditEvent.at <= self.as_of)
            .order_by(AuditEvent.id)
        ).all()
        db.session.expunge_all()
        db.release()
        return [row for row in rows if row.subject in subjects or row.details.get("course") == self.course.id]

    def answers(self, ids: Collection[int]) -> list[dict[str, Any]]:
        """What these people answered of the course that is asked for, without their names."""
        rows = db.session.scalars(
            select(Evaluation.answers).where(
                Evaluation.user_id.in_(ids),
                Evaluation.course_id == self.question.course,
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
        """The newest self-check that was finished by then."""
        check = db.session.scalars(
            select(RecordCheck).where(RecordCheck.finished_at <= self.as_of).order_by(RecordCheck.id.desc()).limit(1)
        ).one_or_none()
        db.session.expunge_all()
        db.release()
        return check


def files_of(certificates: Sequence[Certificate]) -> Iterator[tuple[str, bytes, str | None]]:
    """Number, document and badge of each certificate, a few in memory at a time."""
    ids = [one.id for one in certificates]
    for start in range(0, len(ids), FILES):
        rows = db.session.execute(
            select(Certificate.code, Certificate.document, Certificate.credential)
            .where(Certificate.id.in_(ids[start : start + FILES]))
            .order_by(Certificate.id)
        ).all()
        db.release()
        yield from ((code, document, credential) for code, document, credential in rows)

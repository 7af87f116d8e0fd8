from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, select

from course.certificates.approvals.coverage import ApprovalStatus, Offering, differences, status_on
from course.certificates.approvals.models import Approval
from course.content.schema.catalog import Catalog
from course.content.schema.course import Course
from course.content.schema.hours import Mode
from course.learning.study import contact_time
from course.platform import db
from course.platform.queries import one_or_404


@dataclass(frozen=True)
class Uncovered:
    """A course, and an approval in force that does not cover it, with the differences in words."""

    course: Course
    approval: Approval
    differences: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"{self.course.id}: {self.approval.name} ({', '.join(self.approval.states)}) does not cover it: "
            f"{'; '.join(self.differences)}"
        )


def offering(catalog: Catalog, course: Course) -> Offering:
    """Return the course as a person who completes it gets it."""
    minutes = dict.fromkeys(map(str, Mode), 0)
    for module in (catalog.modules[id_] for id_ in course.modules):
        for mode, more in contact_time.minutes(module, [section.id for section in module.sections]).items():
            minutes[mode] += more
    minutes[Mode.IN_PERSON] += course.hands_on_minutes
    return Offering(course.version, catalog.course_digest(course), minutes, course.instructor)


def approval_of(code: UUID) -> Approval:
    return one_or_404(select(Approval).filter_by(code=code))


def find_counting(identity: str) -> Approval | None:
    """Return the approval of this identity that is not withdrawn."""
    return db.session.scalars(_counting().filter_by(identity=identity)).one_or_none()


def _counting() -> Select[Approval]:
    return select(Approval).where(Approval.withdrawn_at.is_(None), Approval.duplicate_of_id.is_(None))


def others_of_number(approval: Approval) -> Sequence[Approval]:
    """Return the other approvals of the course with this number that are not withdrawn, oldest first."""
    number = {"course_id": approval.course_id, "approver": approval.approver, "number": approval.number}
    others = _counting().filter_by(**number).where(Approval.id != approval.id)
    return db.session.scalars(others.order_by(Approval.id)).all()


def on_record() -> dict[str, list[Approval]]:
    """Return all approvals by course id, newest first, with those that repeat another."""
    found: dict[str, list[Approval]] = {}
    for approval in db.session.scalars(select(Approval).order_by(Approval.id.desc())):
        found.setdefault(approval.course_id, []).append(approval)
    return found


def withdrawn_numbers() -> set[tuple[str, str, str]]:
    """Return (course id, approver, number) of all withdrawn approvals."""
    columns = (Approval.course_id, Approval.approver, Approval.number)
    rows = db.session.execute(select(*columns).where(Approval.withdrawn_at.is_not(None)))
    return {(course_id, approver, number) for course_id, approver, number in rows}


def covering(course_id: str, offering: Offering, states: Iterable[str], day: date) -> list[tuple[str, Approval]]:
    """Return (state, approval) of the approvals in force that day that cover the course, each number once a state."""
    once = select(Approval).filter_by(course_id=course_id, duplicate_of_id=None)
    approvals = db.session.scalars(once.order_by(Approval.id)).all()
    covering = [
        one
        for one in approvals
        if status_on(one.terms, day) is ApprovalStatus.IN_FORCE and not differences(one.terms, offering)
    ]
    found = {(state, one.approver, one.number): one for state in states for one in covering if state in one.states}
    return [(state, one) for (state, _, _), one in found.items()]


def uncovered(catalog: Catalog, day: date) -> list[Uncovered]:
    """Return the approvals in force whose number covers its course in no version that is on record."""
    return [
        Uncovered(course, approval, found)
        for course_id, approvals in on_record().items()
        if (course := catalog.courses.get(course_id))
        for approval, found in _uncovered(approvals, offering(catalog, course), day)
    ]


def _uncovered(approvals: Sequence[Approval], offering: Offering, day: date) -> list[tuple[Approval, tuple[str, ...]]]:
    """Return the newest approval of each number of which none covers the course, with its differences."""
    judged = [
        (one, differences(one.terms, offering))
        for one in approvals
        if status_on(one.terms, day) is ApprovalStatus.IN_FORCE and one.duplicate_of_id is None
    ]
    covered = {(one.approver, one.number) for one, found in judged if not found}
    newest: dict[tuple[str, str], tuple[Approval, tuple[str, ...]]] = {}
    for one, found in judged:
        if (one.approver, one.number) not in covered:
            newest.setdefault((one.approver, one.number), (one, found))
    return list(newest.values())

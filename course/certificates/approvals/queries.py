from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from course.certificates.approvals.coverage import Force, Offering, exceeded, force
from course.certificates.approvals.models import Approval
from course.content.schema.catalog import Catalog
from course.content.schema.course import Course
from course.content.schema.hours import Mode
from course.learning.study import contact_time
from course.platform import db
from course.platform.web import NotFound


@dataclass(frozen=True)
class Uncovered:
    """A course and an approval in force that does not cover it as it is offered, with the differences in words."""

    course: Course
    approval: Approval
    differences: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"{self.course.id}: {self.approval.name} ({', '.join(self.approval.states)}) does not cover it: "
            f"{'; '.join(self.differences)}"
        )


def offering(catalog: Catalog, course: Course) -> Offering:
    """The course as whoever completes it gets it."""
    minutes = dict.fromkeys(map(str, Mode), 0)
    for module in (catalog.modules[id_] for id_ in course.modules):
        for mode, more in contact_time.minutes(module, [section.id for section in module.sections]).items():
            minutes[mode] += more
    minutes[Mode.IN_PERSON] += course.hands_on_minutes
    return Offering(course.version, catalog.course_digest(course), minutes, course.instructor)


def approval_of(code: UUID) -> Approval:
    found = db.session.scalars(select(Approval).filter_by(code=code)).one_or_none()
    if found is None:
        raise NotFound
    return found


def on_record() -> dict[str, list[Approval]]:
    """Every approval by its course, the newest first."""
    found: dict[str, list[Approval]] = {}
    for approval in db.session.scalars(select(Approval).order_by(Approval.id.desc())):
        found.setdefault(approval.course_id, []).append(approval)
    return found


def covering(course_id: str, offering: Offering, states: Iterable[str], day: date) -> list[tuple[str, Approval]]:
    """The approvals that were in force in these states on the day and cover the course so, each number once a state."""
    held = db.session.scalars(select(Approval).filter_by(course_id=course_id).order_by(Approval.id)).all()
    covering = [one for one in held if force(one.terms, day) is Force.IN_FORCE and not exceeded(one.terms, offering)]
    found = {(state, one.approver, one.number): one for state in states for one in covering if state in one.states}
    return [(state, one) for (state, _, _), one in found.items()]


def uncovered(catalog: Catalog, day: date) -> list[Uncovered]:
    """Every approval in force that does not cover its course as this catalog has it; nor does another of its number."""
    return [
        Uncovered(course, approval, differences)
        for course_id, approvals in on_record().items()
        if (course := catalog.courses.get(course_id))
        for approval, differences in _uncovered(approvals, offering(catalog, course), day)
    ]


def _uncovered(approvals: Sequence[Approval], offering: Offering, day: date) -> list[tuple[Approval, tuple[str, ...]]]:
    """The newest of each number, where none of that number covers the course."""
    judged = [(one, exceeded(one.terms, offering)) for one in approvals if force(one.terms, day) is Force.IN_FORCE]
    covered = {(one.approver, one.number) for one, differences in judged if not differences}
    newest: dict[tuple[str, str], tuple[Approval, tuple[str, ...]]] = {}
    for one, differences in judged:
        if (one.approver, one.number) not in covered:
            newest.setdefault((one.approver, one.number), (one, differences))
    return list(newest.values())

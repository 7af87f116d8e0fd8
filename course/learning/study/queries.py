"""What people studied, for how long, and what they said about it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, select, union_all

from course.content.queries import catalog
from course.content.schema.module import Module
from course.learning.study import contact_time, cycle_period
from course.learning.study.cycle_period import CyclePeriod
from course.learning.study.models import (
    CheckAnswer,
    Cycle,
    Reading,
    Rereading,
    SeatTime,
    SectionFeedback,
    SectionOpening,
)
from course.learning.study.reading_time import Completion, Used
from course.people.accounts.models import User
from course.platform import db
from course.platform.queries import Page, page_of


@dataclass(frozen=True)
class ReadingPosition:
    """Where a person was last in a module: the section, the anchor of a heading in it, and when."""

    section_id: str
    anchor: str
    at: datetime


@dataclass(frozen=True)
class SectionStatus:
    """A person's section in the running cycle: whether it is completed, and when it was opened (None: not yet).

    `studied_before`: whether it was completed in an earlier cycle.
    """

    studied: bool
    studied_before: bool
    opened_at: datetime | None
    feedback: SectionFeedback | None


StudyTimes = dict[str, dict[str, list[Completion]]]  # module -> section -> completions in order


def read_sections(user_id: int) -> dict[str, set[str]]:
    """Return the ids of the completed sections by module, as far as they count for the running cycle."""
    starts, courses = cycles_of([user_id])[user_id], catalog().courses.values()
    return {
        module_id: _newer(sections, cycle_period.since(starts, courses, module_id))
        for module_id, sections in studied_of([user_id])[user_id].items()
    }


def _newer(sections: dict[str, list[Completion]], since: datetime | None) -> set[str]:
    return {section_id for section_id, times in sections.items() if since is None or times[-1].at > since}


def started(modules: Collection[str]) -> Select[int]:
    """Return the ids of the people who opened a section of one of the modules."""
    return select(SectionOpening.user_id).where(SectionOpening.module_id.in_(modules))


def studied_of(user_ids: Collection[int]) -> dict[int, StudyTimes]:
    """Return when each person completed each section, the first time and again. One statement."""
    readings = union_all(
        *(
            select(table.user_id, table.module_id, table.section_id, table.at, table.seconds).where(
                table.user_id.in_(user_ids)
            )
            for table in (Reading, Rereading)
        )
    ).subquery()
    times: dict[int, StudyTimes] = {user_id: {} for user_id in user_ids}
    for user_id, module_id, section_id, at, seconds in db.session.execute(select(readings).order_by(readings.c.at)):
        times[user_id].setdefault(module_id, {}).setdefault(section_id, []).append(Completion(at, seconds))
    return times


def cycles_of(user_ids: Collection[int]) -> dict[int, dict[str, list[Cycle]]]:
    """Return the cycles from the second on, in order: person -> course -> cycles."""
    rows = db.session.scalars(select(Cycle).where(Cycle.user_id.in_(user_ids)).order_by(Cycle.number))
    cycles: dict[int, dict[str, list[Cycle]]] = {user_id: {} for user_id in user_ids}
    for row in rows:
        cycles[row.user_id].setdefault(row.course_id, []).append(row)
    return cycles


def period_of(user_id: int, course_id: str, number: int | None = None) -> CyclePeriod:
    """Return the person's cycle of that number in the course; without a number, the one that is running."""
    return cycle_period.period_of(cycles_of([user_id])[user_id].get(course_id, []), number)


def renewed_at(user_id: int, id_: str) -> datetime | None:
    """Return when the person's running cycle of a module or an assessment started; None in the first cycle."""
    return cycle_period.since(cycles_of([user_id])[user_id], catalog().courses.values(), id_)


def read_since(user_id: int, moment: datetime) -> set[tuple[str, str]]:
    """Return the sections, as (module, section), that the person completed after that moment, including again."""
    rows = union_all(
        *(
            select(table.module_id, table.section_id).where(table.user_id == user_id, table.at > moment)
            for table in (Reading, Rereading)
        )
    )
    return {(module_id, section_id) for module_id, section_id in db.session.execute(rows)}


def answers_in(user_id: int, module_id: str, section_id: str, since: datetime | None = None) -> dict[str, CheckAnswer]:
    """Return the newest answer to each knowledge check of a section, given after `since`."""
    wanted = select(CheckAnswer).filter_by(user_id=user_id, module_id=module_id, section_id=section_id)
    wanted = wanted.where(CheckAnswer.at > since) if since else wanted
    return {row.check_id: row for row in db.session.scalars(wanted.order_by(CheckAnswer.id))}


def active_seconds_of(user_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """Return the measured active seconds: (person, module) -> seconds."""
    rows = db.session.execute(
        select(SeatTime.user_id, SeatTime.module_id, func.sum(SeatTime.seconds))
        .where(SeatTime.user_id.in_(user_ids))
        .group_by(SeatTime.user_id, SeatTime.module_id)
    )
    return {(user_id, module_id): seconds for user_id, module_id, seconds in rows}


def last_beacon(user_id: int) -> datetime | None:
    """Return when the person's last beacon came, from any section."""
    return db.session.scalars(select(func.max(SeatTime.last_at)).filter_by(user_id=user_id)).one()


def last_positions(user_id: int) -> dict[str, ReadingPosition]:
    """Return where the person was last in each module."""
    rows = db.session.execute(
        select(SeatTime.module_id, SeatTime.section_id, SeatTime.place, SeatTime.last_at)
        .filter_by(user_id=user_id)
        .order_by(SeatTime.last_at)
    )
    return {module_id: ReadingPosition(section_id, place, at) for module_id, section_id, place, at in rows}


def section_status(user_id: int, module_id: str, section_id: str, since: datetime | None = None) -> SectionStatus:
    """Return the status of the section; what was before `since`, the start of a new cycle, does not count."""
    reading_id, opened_at, feedback = db.session.execute(
        select(Reading.id, SectionOpening.at, SectionFeedback)
        .select_from(User)
        .outerjoin(Reading, _of_section(Reading, module_id, section_id))
        .outerjoin(SectionOpening, _of_section(SectionOpening, module_id, section_id))
        .outerjoin(SectionFeedback, _of_section(SectionFeedback, module_id, section_id))
        .where(User.id == user_id)
    ).one()
    ever = reading_id is not None
    if since is None:
        return SectionStatus(ever, False, opened_at, feedback)
    studied = ever and (module_id, section_id) in read_since(user_id, since)
    opened_here = opened_at if opened_at and opened_at > since else None
    return SectionStatus(studied, ever and not studied, opened_here, feedback)


def _of_section(
    table: type[Reading] | type[SectionOpening] | type[SectionFeedback], module_id: str, section_id: str
) -> ColumnElement[bool]:
    return and_(table.user_id == User.id, table.module_id == module_id, table.section_id == section_id)


def has_studied(user_id: int, module: Module) -> bool:
    """Return whether the person completed every section of the module, in whatever cycle."""
    read = db.session.scalars(select(Reading.section_id).filter_by(user_id=user_id, module_id=module.id)).all()
    return contact_time.is_studied(module, read)


def used_since(user_id: int, moment: datetime) -> list[Used]:
    """Return the time that went to the sections which the person completed after that moment."""
    rows = union_all(
        *(
            select(table.seconds, table.at).where(
                table.user_id == user_id, table.at > moment, table.seconds.is_not(None)
            )
            for table in (Reading, Rereading)
        )
    ).subquery()
    return [Used(seconds, at) for seconds, at in db.session.execute(select(rows))]


def feedback_of(user_id: int, module_id: str, section_id: str) -> SectionFeedback | None:
    return db.session.scalars(
        select(SectionFeedback).filter_by(user_id=user_id, module_id=module_id, section_id=section_id)
    ).one_or_none()


def feedback_counts() -> dict[tuple[str, str], tuple[int, int]]:
    """Return how many found each section helpful and how many did not: (module, section) -> (yes, no)."""
    rows = db.session.execute(
        select(
            SectionFeedback.module_id,
            SectionFeedback.section_id,
            SectionFeedback.helpful,
            func.count(SectionFeedback.id),
        ).group_by(SectionFeedback.module_id, SectionFeedback.section_id, SectionFeedback.helpful)
    )
    counts: dict[tuple[str, str], tuple[int, int]] = {}
    for module_id, section_id, helpful, count in rows:
        yes, no = counts.get((module_id, section_id), (0, 0))
        counts[module_id, section_id] = (yes + count, no) if helpful else (yes, no + count)
    return counts


def comments(*, number: int, size: int) -> Page[SectionFeedback]:
    """Return one page of the feedback with comments, newest first."""
    written = select(SectionFeedback).where(SectionFeedback.comment != "")
    newest_first = written.order_by(SectionFeedback.at.desc(), SectionFeedback.id.desc())
    return page_of(newest_first, number=number, size=size)


def count_comments() -> int:
    return db.session.scalars(select(func.count(SectionFeedback.id)).where(SectionFeedback.comment != "")).one()


def studied_seconds(module_id: str, sections: int) -> list[int]:
    """Return the active seconds of each learner who completed every section of the module, without demo accounts."""
    done = (
        select(Reading.user_id)
        .join(User, User.id == Reading.user_id)
        .where(Reading.module_id == module_id, User.is_demo.is_(False))
        .group_by(Reading.user_id)
        .having(func.count(Reading.id) >= sections)
    )
    rows = db.session.scalars(
        select(func.sum(SeatTime.seconds))
        .where(SeatTime.module_id == module_id, SeatTime.user_id.in_(done))
        .group_by(SeatTime.user_id)
    )
    return [int(seconds) for seconds in rows if seconds]

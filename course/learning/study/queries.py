"""What people studied, for how long, and what they said about it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select, union_all

from course.content.queries import catalog
from course.learning.study import cycle_period
from course.learning.study.cycle_period import CyclePeriod
from course.learning.study.models import CheckAnswer, Cycle, Reading, Rereading, SeatTime, SectionFeedback
from course.people.accounts.models import User
from course.platform import db
from course.platform.queries import Page, page_of


@dataclass(frozen=True)
class ReadingPosition:
    """Where a person was last in a module: the section, the anchor of a heading in it, and when."""

    section_id: str
    anchor: str
    at: datetime


StudyTimes = dict[str, dict[str, list[datetime]]]  # module -> section -> moments in order


def read_sections(user_id: int) -> dict[str, set[str]]:
    """Return the ids of the completed sections by module, as far as they count for the running cycle."""
    starts, courses = cycles_of([user_id])[user_id], catalog().courses.values()
    return {
        module_id: _newer(sections, cycle_period.since(starts, courses, module_id))
        for module_id, sections in studied_of([user_id])[user_id].items()
    }


def _newer(sections: dict[str, list[datetime]], since: datetime | None) -> set[str]:
    return {section_id for section_id, moments in sections.items() if since is None or moments[-1] > since}


def studied_of(user_ids: Collection[int]) -> dict[int, StudyTimes]:
    """Return when each person completed each section, the first time and again. One statement."""
    readings = union_all(
        *(
            select(table.user_id, table.module_id, table.section_id, table.at).where(table.user_id.in_(user_ids))
            for table in (Reading, Rereading)
        )
    ).subquery()
    times: dict[int, StudyTimes] = {user_id: {} for user_id in user_ids}
    for user_id, module_id, section_id, at in db.session.execute(select(readings).order_by(readings.c.at)):
        times[user_id].setdefault(module_id, {}).setdefault(section_id, []).append(at)
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


def section_status(
    user_id: int, module_id: str, section_id: str, since: datetime | None = None
) -> tuple[bool, SectionFeedback | None]:
    """Return whether the person completed the section (after `since`, if given), and their feedback."""
    studied_here = and_(Reading.user_id == User.id, Reading.module_id == module_id, Reading.section_id == section_id)
    said_here = and_(
        SectionFeedback.user_id == User.id,
        SectionFeedback.module_id == module_id,
        SectionFeedback.section_id == section_id,
    )
    reading_id, feedback = db.session.execute(
        select(Reading.id, SectionFeedback)
        .select_from(User)
        .outerjoin(Reading, studied_here)
        .outerjoin(SectionFeedback, said_here)
        .where(User.id == user_id)
    ).one()
    studied = reading_id is not None and (since is None or (module_id, section_id) in read_since(user_id, since))
    return studied, feedback


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

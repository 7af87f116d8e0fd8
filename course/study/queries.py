from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from course import db
from course.study.models import CheckAnswer, Reading, SeatTime


@dataclass(frozen=True)
class Place:
    """Where someone was last: a section, a heading in it, and when."""

    section_id: str
    anchor: str
    at: datetime


def read_sections(user_id: int) -> dict[str, set[str]]:
    """The studied sections' ids by module."""
    return readings_of([user_id])[user_id]


def readings_of(user_ids: Collection[int]) -> dict[int, dict[str, set[str]]]:
    """The studied sections of many people in one query: person -> module -> section ids."""
    rows = db.session.execute(
        select(Reading.user_id, Reading.module_id, Reading.section_id).where(Reading.user_id.in_(user_ids))
    )
    found: dict[int, dict[str, set[str]]] = {user_id: defaultdict(set) for user_id in user_ids}
    for user_id, module_id, section_id in rows:
        found[user_id][module_id].add(section_id)
    return found


def last_reading_of(user_ids: Collection[int]) -> dict[tuple[int, str], datetime]:
    """When the newest section of each module was studied: (person, module) -> moment."""
    rows = db.session.execute(
        select(Reading.user_id, Reading.module_id, func.max(Reading.at))
        .where(Reading.user_id.in_(user_ids))
        .group_by(Reading.user_id, Reading.module_id)
    )
    return {(user_id, module_id): at for user_id, module_id, at in rows}


def answers_in(user_id: int, module_id: str, section_id: str) -> dict[str, CheckAnswer]:
    """The newest answer to each knowledge check of a section."""
    rows = db.session.scalars(
        select(CheckAnswer)
        .filter_by(user_id=user_id, module_id=module_id, section_id=section_id)
        .order_by(CheckAnswer.id)
    )
    return {row.check_id: row for row in rows}


def active_seconds_of(user_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """Measured active seconds: (person, module) -> seconds."""
    rows = db.session.execute(
        select(SeatTime.user_id, SeatTime.module_id, func.sum(SeatTime.seconds))
        .where(SeatTime.user_id.in_(user_ids))
        .group_by(SeatTime.user_id, SeatTime.module_id)
    )
    return {(user_id, module_id): seconds for user_id, module_id, seconds in rows}


def last_beacon(user_id: int) -> datetime | None:
    return db.session.scalars(select(func.max(SeatTime.last_at)).filter_by(user_id=user_id)).one()


def last_places(user_id: int) -> dict[str, Place]:
    """Where the person was last in each module."""
    rows = db.session.execute(
        select(SeatTime.module_id, SeatTime.section_id, SeatTime.place, SeatTime.last_at)
        .filter_by(user_id=user_id)
        .order_by(SeatTime.last_at)
    )
    return {module_id: Place(section_id, place, at) for module_id, section_id, place, at in rows}

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select, union_all

from course import db
from course.accounts.models import User
from course.study.models import CheckAnswer, Feedback, Reading, Rereading, SeatTime


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


def read_since(user_id: int, moment: datetime) -> set[tuple[str, str]]:
    """The sections, as (module, section), that the person studied after that moment, again or for the first time."""
    rows = union_all(
        *(
            select(table.module_id, table.section_id).where(table.user_id == user_id, table.at > moment)
            for table in (Reading, Rereading)
        )
    )
    return {(module_id, section_id) for module_id, section_id in db.session.execute(rows)}


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


def state_of_section(user_id: int, module_id: str, section_id: str) -> tuple[bool, Feedback | None]:
    """Whether the person has studied the section, and what they said of it; one statement."""
    here = {"module_id": module_id, "section_id": section_id}
    row = db.session.execute(
        select(Reading.id, Feedback)
        .select_from(User)
        .outerjoin(Reading, and_(Reading.user_id == User.id, *(getattr(Reading, k) == v for k, v in here.items())))
        .outerjoin(Feedback, and_(Feedback.user_id == User.id, *(getattr(Feedback, k) == v for k, v in here.items())))
        .where(User.id == user_id)
    ).one()
    return row[0] is not None, row[1]


def feedback_of(user_id: int, module_id: str, section_id: str) -> Feedback | None:
    return db.session.scalars(
        select(Feedback).filter_by(user_id=user_id, module_id=module_id, section_id=section_id)
    ).one_or_none()


def feedback_counts() -> dict[tuple[str, str], tuple[int, int]]:
    """How many found each section helpful, and how many didn't: (module, section) -> (yes, no)."""
    rows = db.session.execute(
        select(Feedback.module_id, Feedback.section_id, Feedback.helpful, func.count(Feedback.id)).group_by(
            Feedback.module_id, Feedback.section_id, Feedback.helpful
        )
    )
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for module_id, section_id, helpful, count in rows:
        yes, no = found.get((module_id, section_id), (0, 0))
        found[module_id, section_id] = (yes + count, no) if helpful else (yes, no + count)
    return found


def comments(*, page: int, size: int) -> Sequence[Feedback]:
    """Feedback with words in it, newest first."""
    return db.session.scalars(
        select(Feedback)
        .where(Feedback.comment != "")
        .order_by(Feedback.at.desc(), Feedback.id.desc())
        .offset((page - 1) * size)
        .limit(size)
    ).all()


def count_comments() -> int:
    return db.session.scalars(select(func.count(Feedback.id)).where(Feedback.comment != "")).one()


def studied_seconds(module_id: str, sections: int) -> list[int]:
    """Active seconds of each real learner who has studied every section of the module, in no order."""
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

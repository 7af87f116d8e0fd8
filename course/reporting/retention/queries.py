from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Table, false, func, or_, select

from course.certificates.issuing.models import Certificate, Request, RequestState
from course.learning.labs.models import Presence
from course.learning.skills.models import Determination, SkillSignOff
from course.people.accounts.models import User
from course.platform import db
from course.platform.access import Role
from course.platform.db import Model
from course.reporting.retention.table_fates import FATES, Fate

PERSON_COLUMNS = ("user_id", "person_id")  # columns with a person's id, some without a foreign key


def moments_of(user_id: int) -> list[datetime]:
    """Return when the person last completed a course, requested a certificate, got one, and was at a lab or table."""
    row = db.session.execute(
        select(
            select(func.max(Certificate.issued_at)).where(Certificate.user_id == user_id).scalar_subquery(),
            select(func.max(Request.completed_at)).where(Request.user_id == user_id).scalar_subquery(),
            select(func.max(Request.requested_at)).where(Request.user_id == user_id).scalar_subquery(),
            select(func.max(SkillSignOff.signed_at)).where(SkillSignOff.user_id == user_id).scalar_subquery(),
            select(func.max(Determination.at)).where(Determination.user_id == user_id).scalar_subquery(),
            select(func.max(Presence.in_at)).where(Presence.user_id == user_id).scalar_subquery(),
        )
    ).one()
    return [moment for moment in row if moment is not None]


def is_last_admin(user: User) -> bool:
    others = select(User.id).where(User.role == Role.ADMIN, User.id != user.id, User.closed_at.is_(None))
    return user.role == Role.ADMIN and db.session.scalars(others.limit(1)).first() is None


def waiting_requests(user_id: int) -> Sequence[Request]:
    return db.session.scalars(select(Request).filter_by(user_id=user_id, state=RequestState.WAITING)).all()


def expired_accounts(today: date) -> Sequence[int]:
    """Return the people with a closed account whose retention period is over."""
    return db.session.scalars(
        select(User.id).where(User.closed_at.is_not(None), User.kept_until < today).order_by(User.id)
    ).all()


def tables_with(fate: Fate) -> Iterator[Table]:
    """Return the tables with this fate, those with foreign keys before the tables that they refer to."""
    return (table for table in reversed(Model.metadata.sorted_tables) if FATES.get(table.name) is fate)


def is_about(table: Table, user_id: int) -> ColumnElement[bool]:
    """Return the condition for rows about the person, by a column of the table or of the rows that they belong to."""
    if own := [table.c[name] == user_id for name in PERSON_COLUMNS if name in table.c]:
        return or_(*own)
    owners = [
        key.parent.in_(select(key.column).where(is_about(key.column.table, user_id)))
        for key in table.foreign_keys
        if key.column.table.name != "user" and key.column.table is not table  # a row may name another of its table
    ]
    return or_(false(), *owners)

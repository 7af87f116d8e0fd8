from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Table, false, func, or_, select

from course.certificates.issuing.models import Certificate, Request, RequestState
from course.people.accounts.models import User
from course.platform import db
from course.platform.access import Role
from course.platform.db import Model

PERSON = ("user_id", "person_id")  # names of columns that hold a person's id, also where no foreign key says so


def moments_of(user_id: int) -> list[datetime]:
    """When the person last completed, asked for or was given something."""
    row = db.session.execute(
        select(
            select(func.max(Certificate.issued_at)).where(Certificate.user_id == user_id).scalar_subquery(),
            select(func.max(Request.completed_at)).where(Request.user_id == user_id).scalar_subquery(),
            select(func.max(Request.requested_at)).where(Request.user_id == user_id).scalar_subquery(),
        )
    ).one()
    return [moment for moment in row if moment is not None]


def is_last_admin(user: User) -> bool:
    others = select(User.id).where(User.role == Role.ADMIN, User.id != user.id, User.closed_at.is_(None))
    return user.role == Role.ADMIN and db.session.scalars(others.limit(1)).first() is None


def waiting_requests(user_id: int) -> Sequence[Request]:
    return db.session.scalars(select(Request).filter_by(user_id=user_id, state=RequestState.WAITING)).all()


def to_erase(today: date) -> Sequence[int]:
    """People who closed their account and whose record need be kept no longer."""
    return db.session.scalars(
        select(User.id).where(User.closed_at.is_not(None), User.kept_until < today).order_by(User.id)
    ).all()


def tables(fates: set[str]) -> Iterator[Table]:
    """The named tables, those first that lean on others."""
    return (table for table in reversed(Model.metadata.sorted_tables) if table.name in fates)


def about(table: Table, user_id: int) -> ColumnElement[bool]:
    """The table's rows that are about the person, by a column of its own or through the rows that they belong to."""
    if own := [table.c[name] == user_id for name in PERSON if name in table.c]:
        return or_(*own)
    owners = [
        key.parent.in_(select(key.column).where(about(key.column.table, user_id)))
        for key in table.foreign_keys
        if key.column.table.name != "user"
    ]
    return or_(false(), *owners)

"""Finds instructors and their qualifications."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from course.people.accounts.models import User
from course.people.instructors.models import Qualification
from course.people.instructors.qualification_standing import Standing, standing_on
from course.platform import db
from course.platform.queries import one_or_404


def instructors() -> Sequence[User]:
    """Return everybody who is an instructor now, by name."""
    wanted = select(User).where(User.is_instructor, User.closed_at.is_(None))
    return db.session.scalars(wanted.order_by(User.legal_name, User.id)).all()


def qualifications_of(user_ids: Collection[int]) -> dict[int, list[Qualification]]:
    """Return each person's qualifications, without withdrawn ones, those that began last first. One statement."""
    wanted = select(Qualification).where(Qualification.user_id.in_(user_ids), Qualification.withdrawn_at.is_(None))
    found: dict[int, list[Qualification]] = {id_: [] for id_ in user_ids}
    for one in db.session.scalars(wanted.order_by(Qualification.first_day.desc(), Qualification.id.desc())):
        found[one.user_id].append(one)
    return found


def standings_on(days: Mapping[int, date]) -> dict[int, Standing]:
    """Return the standing of each person, by id, on the day that `days` has for them. One statement."""
    return {id_: standing_on(days[id_], own) for id_, own in qualifications_of(list(days)).items()}


def qualification_of(person: User, code: UUID) -> Qualification:
    """Return the person's qualification with that code. Raise NotFound if there is none or it was withdrawn."""
    return one_or_404(select(Qualification).filter_by(user_id=person.id, code=code, withdrawn_at=None))

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import undefer

from course.certificates.directory.models import DirectoryName
from course.certificates.issuing import numbers
from course.certificates.issuing.models import Certificate
from course.certificates.issuing.queries import STANDS
from course.certificates.sharing.models import HiddenName, ShareLink
from course.content.schema.jurisdiction import Jurisdiction
from course.people.accounts.models import User
from course.platform import db
from course.platform.web import NotFound

LAST_LETTER = "\U0010ffff"


class Shown(StrEnum):
    """What the public sees of a holder's name."""

    NAME = "name"
    INITIALS = "initials"
    LISTED = "listed"  # the name, and in the directory


def of_award(table: type[ShareLink | HiddenName | DirectoryName]) -> ColumnElement[bool]:
    """Joins what was decided for an award to its certificates."""
    return and_(
        table.user_id == Certificate.user_id,
        table.course_id == Certificate.course_id,
        table.cycle == Certificate.cycle,
    )


def own_certificate(user: User, text: str) -> Certificate:
    code = numbers.normalise(text) or ""
    found = db.session.scalars(select(Certificate).filter_by(code=code, user_id=user.id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def links_of(certificate: Certificate) -> Sequence[ShareLink]:
    """Those that were not ended, oldest first."""
    return db.session.scalars(
        select(ShareLink)
        .join(Certificate, of_award(ShareLink))
        .where(Certificate.id == certificate.id, ShareLink.ended_at.is_(None))
        .order_by(ShareLink.id)
    ).all()


def shown_of(certificate: Certificate) -> Shown:
    hidden = exists().where(of_award(HiddenName))
    listed = exists().where(of_award(DirectoryName))
    row = db.session.execute(
        select(hidden.label("hidden"), listed.label("listed")).where(Certificate.id == certificate.id)
    ).one()
    return Shown.INITIALS if row.hidden else Shown.LISTED if row.listed else Shown.NAME


def shared(token: str, *, file: str | None = None) -> Certificate:
    """What the link shows: the certificate of its award that stands. `file`: the column to be read with it."""
    wanted = (
        select(Certificate)
        .join(ShareLink, of_award(ShareLink))
        .where(ShareLink.token == token, ShareLink.ended_at.is_(None), STANDS)
    )
    if file:
        wanted = wanted.options(undefer(getattr(Certificate, file)))
    found = db.session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound
    return found


def holders(
    state: Jurisdiction, begin: str, *, page: int, size: int, now: datetime
) -> tuple[Sequence[Certificate], int]:
    """Valid certificates in the directory whose name has a word from which on it begins so, and how many pages.

    `begin`: a key of name_keys.key().
    """
    today = now.astimezone(ZoneInfo(state.time_zone)).date()
    key = func.min(DirectoryName.key).label("key")
    found = (
        select(Certificate.id, key, func.count().over().label("total"))
        .join(DirectoryName, of_award(DirectoryName))
        .where(
            DirectoryName.state == state.code,
            DirectoryName.key >= begin,
            DirectoryName.key < begin + LAST_LETTER,
            STANDS,
            or_(Certificate.valid_until.is_(None), Certificate.valid_until >= today),
        )
        .group_by(Certificate.id)
        .order_by(key, Certificate.id)
        .offset((page - 1) * size)
        .limit(size)
        .subquery()  # so that only what is shown is read whole
    )
    rows = db.session.execute(
        select(Certificate, found.c.total)
        .join(found, found.c.id == Certificate.id)
        .order_by(found.c.key, Certificate.id)
    ).all()
    total = rows[0].total if rows else 0
    return [certificate for certificate, _ in rows], max(1, -(-total // size))

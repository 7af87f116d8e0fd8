from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import undefer

from course.certificates.directory.models import DirectoryName
from course.certificates.issuing.models import Certificate
from course.certificates.issuing.queries import NOT_ENDED
from course.certificates.sharing.models import HiddenName, ShareLink
from course.content.schema.territory import LicensingPlace
from course.platform import db
from course.platform.dates import date_in
from course.platform.queries import Page, one_or_404

LAST_CODEPOINT = "\U0010ffff"  # sorts after every continuation of a name


class NameVisibility(StrEnum):
    """What the public sees of a holder's name. LISTED: the name, and an entry in the directory."""

    NAME = "name"
    INITIALS = "initials"
    LISTED = "listed"


def of_award(table: type[ShareLink | HiddenName | DirectoryName]) -> ColumnElement[bool]:
    """Return the condition that joins a decision about an award to its certificates."""
    return and_(
        table.user_id == Certificate.user_id,
        table.course_id == Certificate.course_id,
        table.cycle == Certificate.cycle,
    )


def count_links(certificate: Certificate) -> int:
    """Return how many links to the certificate's award were ever made."""
    made = select(func.count(ShareLink.id)).join(Certificate, of_award(ShareLink))
    return db.session.scalars(made.where(Certificate.id == certificate.id)).one()


def links_of(certificate: Certificate) -> Sequence[ShareLink]:
    """Return the links to the certificate's award that have not ended, oldest first."""
    return db.session.scalars(
        select(ShareLink)
        .join(Certificate, of_award(ShareLink))
        .where(Certificate.id == certificate.id, ShareLink.ended_at.is_(None))
        .order_by(ShareLink.id)
    ).all()


def visibility_of(certificate: Certificate) -> NameVisibility:
    hidden = exists().where(of_award(HiddenName))
    listed = exists().where(of_award(DirectoryName))
    row = db.session.execute(
        select(hidden.label("hidden"), listed.label("listed")).where(Certificate.id == certificate.id)
    ).one()
    if row.hidden:
        return NameVisibility.INITIALS
    return NameVisibility.LISTED if row.listed else NameVisibility.NAME


def shared(token: str, *, file: str | None = None) -> Certificate:
    """Return the certificate that the link shows: the one of its award that has not ended.

    `file`: the deferred column to load with it. Raise NotFound.
    """
    wanted = (
        select(Certificate)
        .join(ShareLink, of_award(ShareLink))
        .where(ShareLink.token == token, ShareLink.ended_at.is_(None), NOT_ENDED)
    )
    if file:
        wanted = wanted.options(undefer(getattr(Certificate, file)))
    return one_or_404(wanted)


def holders(state: LicensingPlace, begin: str, *, number: int, size: int, now: datetime) -> Page[Certificate]:
    """Return valid certificates in the state's directory with a name that starts, at any of its words, with `begin`.

    `begin`: a key of name_keys.key().
    """
    today = date_in(state.time_zone, now)
    key = func.min(DirectoryName.key).label("key")
    found = (
        select(Certificate.id, key, func.count().over().label("total"))
        .join(DirectoryName, of_award(DirectoryName))
        .where(
            DirectoryName.state == state.code,
            DirectoryName.key >= begin,
            DirectoryName.key < begin + LAST_CODEPOINT,
            NOT_ENDED,
            or_(Certificate.valid_until.is_(None), Certificate.valid_until >= today),
        )
        .group_by(Certificate.id)
        .order_by(key, Certificate.id)
    )
    on_page = found.offset((number - 1) * size).limit(size).subquery()  # only its certificates are read in full
    rows = db.session.execute(
        select(Certificate, on_page.c.total)
        .join(on_page, on_page.c.id == Certificate.id)
        .order_by(on_page.c.key, Certificate.id)
    ).all()
    total = rows[0].total if rows else db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
    return Page([row.Certificate for row in rows], number, total, size)

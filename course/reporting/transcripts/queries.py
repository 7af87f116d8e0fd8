from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from course.certificates.issuing import queries as certificates
from course.certificates.issuing.facts import Facts
from course.certificates.issuing.models import Certificate
from course.content.queries import catalog
from course.people.accounts.models import License, User
from course.platform import db, decisions
from course.platform.dates import date_in
from course.platform.web import NotFound
from course.reporting.transcripts import statement
from course.reporting.transcripts.calendar import Expiry
from course.reporting.transcripts.models import OtherRecord, State
from course.reporting.transcripts.statement import Entry, Statement


def statements_of(user: User, now: datetime) -> list[Statement]:
    """Everything the person earned, here and elsewhere, for each license in the profile."""
    entries = [_certified(one, now) for one in certificates.every_award(user.id)]
    entries += [_elsewhere(one) for one in records_of(user.id)]
    zone = next((catalog().jurisdictions[one.jurisdiction].time_zone for one in user.licenses), "UTC")
    return statement.statements([_license(one) for one in user.licenses], entries, date_in(zone, now))


def _license(license_: License) -> statement.License:
    state = catalog().jurisdictions[license_.jurisdiction]
    return statement.License(
        name_of(license_),
        state.hour_minutes or 60,
        license_.expires_on,
        license_.renewal_months,
    )


def _certified(certificate: Certificate, now: datetime) -> Entry:
    facts, standing = Facts.from_json(certificate.facts), certificate.standing_at(now)
    return Entry(
        completed_on=facts.completed_on,
        title=facts.course_title,
        provider=facts.provider_name,
        approvals=facts.approvals_text if facts.approvals else "",
        minutes=facts.minutes,
        standing=standing,
        tone=standing.tone,
        counts=standing.may_end,
        verified=True,
        code=certificate.code,
    )


def _elsewhere(record: OtherRecord) -> Entry:
    return Entry(
        completed_on=record.completed_on,
        title=record.title,
        provider=record.provider,
        approvals=record.approval or "",
        minutes={record.mode: record.minutes},
        standing=record.checked,
        tone=record.checked.tone,
        counts=record.checked is not State.REFUSED,
        verified=record.checked is State.VERIFIED,
    )


def expiring(first: date, last: date) -> Sequence[License]:
    """The licenses that expire in these days, of people who wish to be told and can be."""
    return db.session.scalars(
        select(License)
        .join(User, User.id == License.user_id)
        .where(
            License.expires_on.between(first, last),
            License.removed_at.is_(None),
            User.license_mails,
            User.email_confirmed_at.is_not(None),
            User.closed_at.is_(None),
        )
        .order_by(License.id)
    ).all()


def expiries_of(user: User) -> list[Expiry]:
    return [Expiry(one.code, name_of(one), one.expires_on) for one in user.licenses if one.expires_on]


def name_of(license_: License) -> str:
    state = catalog().jurisdictions[license_.jurisdiction]
    return f"{state.name}, {license_.profession} {license_.number}"


def records_of(user_id: int) -> Sequence[OtherRecord]:
    """What the person says of education elsewhere, newest first, without what was removed."""
    return db.session.scalars(
        select(OtherRecord)
        .filter_by(user_id=user_id, removed_at=None)
        .order_by(OtherRecord.completed_on.desc(), OtherRecord.id.desc())
    ).all()


def count_of(user_id: int) -> int:
    return db.session.scalars(select(func.count(OtherRecord.id)).filter_by(user_id=user_id, removed_at=None)).one()


def own_record(user: User, code: UUID) -> OtherRecord:
    found = db.session.scalars(select(OtherRecord).filter_by(user_id=user.id, code=code, removed_at=None)).one_or_none()
    if found is None:
        raise NotFound
    return found


def record_of(code: UUID) -> OtherRecord:
    found = db.session.scalars(select(OtherRecord).filter_by(code=code, removed_at=None)).one_or_none()
    if found is None:
        raise NotFound
    return found


def document_of(record: OtherRecord) -> tuple[bytes, str]:
    """Bytes and media type. Raises NotFound where none was sent."""
    wanted = select(OtherRecord).filter_by(id=record.id).options(undefer(OtherRecord.document))
    found = db.session.scalars(wanted, execution_options={"populate_existing": True}).one()
    if found.document is None or found.document_type is None:
        raise NotFound
    return found.document, found.document_type


def unchecked(*, page: int, size: int) -> Sequence[OtherRecord]:
    """Records that no administrator has seen as they are now, the longest waiting first."""
    return db.session.scalars(
        decisions.open_rows(OtherRecord)
        .filter_by(removed_at=None)
        .order_by(None)
        .order_by(OtherRecord.changed_at, OtherRecord.id)
        .offset((page - 1) * size)
        .limit(size)
    ).all()


def count_unchecked() -> int:
    return decisions.count(decisions.open_rows(OtherRecord).filter_by(removed_at=None))

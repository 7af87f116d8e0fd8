from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import undefer

from course.certificates.issuing import queries as certificates
from course.certificates.issuing.facts import Facts
from course.certificates.issuing.models import Certificate
from course.content.queries import catalog
from course.people.accounts.models import License, User
from course.platform import db, decisions
from course.platform.dates import date_in
from course.platform.decisions import ProofState
from course.platform.queries import Page, one_or_404, page_of
from course.platform.web import NotFound
from course.reporting.transcripts import statement
from course.reporting.transcripts.calendar import CalendarDay
from course.reporting.transcripts.models import ExternalCredit
from course.reporting.transcripts.statement import Statement, TranscriptEntry, TranscriptLicense
from course.site import site


def statements_of(user: User, now: datetime) -> list[Statement]:
    """Return everything the person earned, with this provider and others, for each license in the profile."""
    entries = [_certificate_entry(one, now) for one in certificates.every_award(user.id)]
    entries += [_credit_entry(one) for one in credits_of(user.id)]
    zone = next((catalog().licensing_places[one.jurisdiction].time_zone for one in user.licenses), "UTC")
    return statement.statements([_license(one) for one in user.licenses], entries, date_in(zone, now))


def _license(license_: License) -> TranscriptLicense:
    state = catalog().licensing_places[license_.jurisdiction]
    return TranscriptLicense(
        license_name(license_),
        state.hour_minutes or statement.DEFAULT_HOUR_MINUTES,
        license_.expires_on,
        license_.renewal_months,
    )


def _certificate_entry(certificate: Certificate, now: datetime) -> TranscriptEntry:
    facts, standing = Facts.from_json(certificate.facts), certificate.standing_at(now)
    return TranscriptEntry(
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
        topics=facts.minutes_by_topic,
    )


def _credit_entry(credit: ExternalCredit) -> TranscriptEntry:
    return TranscriptEntry(
        completed_on=credit.completed_on,
        title=credit.title,
        provider=credit.provider,
        approvals=credit.approval or "",
        minutes={credit.mode: credit.minutes},
        standing=credit.credit_state.label,
        tone=credit.credit_state.tone,
        counts=credit.credit_state is not ProofState.REJECTED,
        verified=credit.credit_state is ProofState.VERIFIED,
    )


def expiring(first: date, last: date) -> Sequence[License]:
    """Return the licenses that expire in these days, of people who want reminders and confirmed their email."""
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


def expirations_of(user: User) -> list[CalendarDay]:
    """Return the days on which the person's licenses expire."""
    return [_expiration(license_name(one), one.expires_on, one) for one in user.licenses if one.expires_on]


def _expiration(name: str, on: date, license_: License) -> CalendarDay:
    return CalendarDay(
        id=str(license_.code),
        on=on,
        title=f"License expires: {name}",
        description=f"Your credits toward its renewal: {site().base_url}/transcript",
        alarm=f"{name} expires",
    )


def license_name(license_: License) -> str:
    state = catalog().licensing_places[license_.jurisdiction]
    return f"{state.name}, {license_.profession} {license_.number}"


def credits_of(user_id: int) -> Sequence[ExternalCredit]:
    """Return the person's external credits, newest first, without removed ones."""
    return db.session.scalars(
        select(ExternalCredit)
        .filter_by(user_id=user_id, removed_at=None)
        .order_by(ExternalCredit.completed_on.desc(), ExternalCredit.id.desc())
    ).all()


def valid_credits(user_ids: Collection[int]) -> Select[ExternalCredit]:
    """Select the people's external credits that were not rejected."""
    return select(ExternalCredit).where(
        ExternalCredit.user_id.in_(user_ids),
        ExternalCredit.removed_at.is_(None),
        ExternalCredit.state != ProofState.REJECTED,
    )


def count_credits(user_id: int, *, removed: bool = False) -> int:
    """Return how many external credits the person has, or how many were removed."""
    wanted = select(func.count(ExternalCredit.id)).where(
        ExternalCredit.user_id == user_id, ExternalCredit.removed_at.is_not(None) == removed
    )
    return db.session.scalars(wanted).one()


def own_credit(user: User, code: UUID) -> ExternalCredit:
    return one_or_404(select(ExternalCredit).filter_by(user_id=user.id, code=code, removed_at=None))


def credit_of(code: UUID) -> ExternalCredit:
    return one_or_404(select(ExternalCredit).filter_by(code=code, removed_at=None))


def document_of(credit: ExternalCredit) -> tuple[bytes, str]:
    """Return the document's bytes and media type. Raise NotFound if there is none."""
    with_document = select(ExternalCredit).filter_by(id=credit.id).options(undefer(ExternalCredit.document))
    loaded = db.session.scalars(with_document, execution_options={"populate_existing": True}).one()
    if loaded.document is None or loaded.document_type is None:
        raise NotFound
    return loaded.document, loaded.document_type


def undecided(*, page: int, size: int) -> Page[ExternalCredit]:
    """Return one page of the credits that need a decision, the longest waiting first."""
    rows = decisions.open_rows(ExternalCredit).filter_by(removed_at=None)
    return page_of(rows.order_by(None).order_by(ExternalCredit.changed_at, ExternalCredit.id), number=page, size=size)


def count_undecided() -> int:
    return decisions.count(decisions.open_rows(ExternalCredit).filter_by(removed_at=None))

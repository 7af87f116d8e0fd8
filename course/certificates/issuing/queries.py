from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVarTuple
from uuid import UUID

from sqlalchemy import Row, Select, exists, func, or_, select
from sqlalchemy.orm import aliased, selectinload, undefer

from course.certificates.completion.requirement import RequirementKind
from course.certificates.issuing import numbers, renewal
from course.certificates.issuing.models import Certificate, Request, RequestState, Standing
from course.people.accounts.models import User
from course.platform import db
from course.platform.queries import Page, found_or_404, one_or_404, page_of
from course.platform.web import Refused

Columns = TypeVarTuple("Columns")
_successor = aliased(Certificate)
# The certificate is neither revoked nor superseded. It may have expired: see Certificate.standing_at.
NOT_ENDED = ~Certificate.revocation.has() & ~exists().where(_successor.supersedes_id == Certificate.id)


class SeveralNumbers(Refused):
    """The text has more than one certificate number, so it isn't clear which one is meant."""

    status = 422

    def __init__(self, numbers_: Sequence[str]) -> None:
        super().__init__(f"There are several certificate numbers: {', '.join(numbers_)}. Enter one of them.")
        self.numbers = numbers_


def find_in_text(text: str, rows: Select[Certificate, *Columns]) -> Row[Certificate, *Columns] | None:
    """Return the row of the certificate whose number is in the text, in any spelling; None if there is none.

    `rows`: certificates, alone or with more columns. A text without a number takes as long as an unknown number.
    Raise SeveralNumbers.
    """
    found = numbers.find(text)
    known = {row[0].code: row for row in db.session.execute(rows.where(Certificate.code.in_(found.readings)))}
    meant = found.meant(known)
    if len(meant) > 1:
        raise SeveralNumbers(meant)
    return known.get(meant[0]) if meant else None


def find_by_code(text: str) -> Certificate | None:
    """Return the certificate with the number in the text, or None. Raise SeveralNumbers."""
    return _certificate_in(text, select(Certificate))


def _certificate_in(text: str, rows: Select[Certificate]) -> Certificate | None:
    row = find_in_text(text, rows)
    return row[0] if row else None


def is_not_ended(certificate_id: int) -> bool:
    """Return whether the certificate is neither revoked nor superseded."""
    wanted = select(Certificate.id).where(Certificate.id == certificate_id, NOT_ENDED)
    return db.session.scalars(wanted).first() is not None


def certificate_of(text: str) -> Certificate:
    return found_or_404(find_by_code(text))


def own_certificate(user: User, text: str) -> Certificate:
    """Return the person's certificate with that number. Raise NotFound for anyone else's."""
    return found_or_404(_certificate_in(text, select(Certificate).filter_by(user_id=user.id)))


def document_of(user: User, text: str, *, any_owner: bool) -> tuple[str, bytes]:
    """Return number and PDF of the person's own certificate, or of anyone's with `any_owner`. Raise NotFound."""
    rows = select(Certificate).options(undefer(Certificate.document))
    certificate = found_or_404(_certificate_in(text, rows if any_owner else rows.filter_by(user_id=user.id)))
    return certificate.code, certificate.document


def badge_of(user: User, text: str, *, any_owner: bool) -> Certificate:
    """Return the person's own certificate with its Open Badge, or anyone's with `any_owner`.

    Raise NotFound if it was revoked or superseded, or has no badge.
    """
    rows = select(Certificate).where(NOT_ENDED, Certificate.credential.is_not(None))
    rows = rows.options(undefer(Certificate.credential))
    return found_or_404(_certificate_in(text, rows if any_owner else rows.filter_by(user_id=user.id)))


def credential_of(user: User, text: str, *, any_owner: bool) -> tuple[str, str]:
    """Return number and Open Badge, as badge_of does."""
    certificate = badge_of(user, text, any_owner=any_owner)
    return certificate.code, certificate.credential or ""


def of_file(digest: str, codes: Sequence[str]) -> list[Certificate]:
    """Return the certificate whose PDF has this SHA-256, then those with these numbers, with their Open Badges."""
    wanted = or_(Certificate.document_sha256 == digest, Certificate.code.in_(codes))
    found = db.session.scalars(select(Certificate).where(wanted).options(undefer(Certificate.credential)))
    order = {code: place for place, code in enumerate(codes)}
    return sorted(found, key=lambda one: (one.document_sha256 != digest, order.get(one.code, 0)))


def taken_status_indexes(drawn: Collection[int]) -> set[int]:
    rows = db.session.scalars(select(Certificate.status_index).where(Certificate.status_index.in_(drawn)))
    return {index for index in rows if index is not None}


def ended_status_indexes(first: int, beyond: int) -> list[int]:
    """Return the bits of revoked or superseded certificates, from `first` up to but not including `beyond`."""
    rows = db.session.scalars(
        select(Certificate.status_index)
        .where(Certificate.status_index >= first, Certificate.status_index < beyond, ~NOT_ENDED)
        .order_by(Certificate.status_index)
    )
    return [index for index in rows if index is not None]


def highest_status_index() -> int:
    return db.session.scalars(select(func.max(Certificate.status_index))).one() or 0


def outside_issuers(did: str) -> list[str]:
    """Return the other public addresses, as DIDs, under which certificates were issued."""
    rows = db.session.scalars(
        select(Certificate.issuer).where(Certificate.issuer.like("did:web:%"), Certificate.issuer != did).distinct()
    )
    return [issuer for issuer in rows if issuer is not None]


def request_behind(certificate: Certificate) -> Request:
    """Return the request on which the certificate was issued."""
    return db.session.get_one(Request, certificate.request_id)


def find_award(user_id: int, course_id: str, cycle: int) -> Certificate | None:
    """Return the newest certificate of the award, or None."""
    return db.session.scalars(
        select(Certificate)
        .filter_by(user_id=user_id, course_id=course_id, cycle=cycle)
        .order_by(Certificate.revision.desc())
        .limit(1)
    ).one_or_none()


def all_awards_of(user_id: int) -> list[Certificate]:
    """Return the person's certificates, the newest of each course and cycle, in the order of the cycles."""
    rows = db.session.scalars(
        select(Certificate).filter_by(user_id=user_id).order_by(Certificate.cycle, Certificate.revision)
    )
    return list({(row.course_id, row.cycle): row for row in rows}.values())


def awards_of(user_id: int) -> dict[str, Certificate]:
    """Return the person's newest certificate by course id."""
    return {row.course_id: row for row in all_awards_of(user_id)}


def every_award(user_id: int) -> Sequence[Certificate]:
    """Return all of the person's certificates, with those that were revoked or superseded."""
    return db.session.scalars(every_award_of([user_id]).order_by(Certificate.id)).all()


def every_award_of(user_ids: Collection[int]) -> Select[Certificate]:
    """Select all certificates of the people, with those that were revoked or superseded."""
    return select(Certificate).where(Certificate.user_id.in_(user_ids))


def valid_awards(user_id: int, now: datetime) -> list[Certificate]:
    """Return the person's valid certificates in order of issue."""
    rows = db.session.scalars(
        select(Certificate).where(Certificate.user_id == user_id, NOT_ENDED).order_by(Certificate.id)
    )
    return [certificate for certificate in rows if certificate.standing_at(now) == Standing.VALID]


def renewal_opens(certificate: Certificate, now: datetime) -> date | None:
    """Return the day from which the course can be taken again; None if that is possible now."""
    first = renewal.opens_on(certificate.valid_until)
    if first is None or certificate.standing_at(now) != Standing.VALID or certificate.today(now) >= first:
        return None
    return first


def ending(today: date) -> list[Certificate]:
    """Return certificates that may need a mail about their last day, and that were not revoked or superseded.

    The range has one more day at each end, since `today` may differ by a day in the certificate's time zone.
    """
    first = today - renewal.EXPIRED_MAIL_WINDOW - timedelta(days=1)
    last = today + renewal.OPENS_BEFORE_END + timedelta(days=1)
    wanted = select(Certificate).where(Certificate.valid_until.between(first, last), NOT_ENDED)
    return list(db.session.scalars(wanted.order_by(Certificate.id)))


def waiting_of(course_ids: Collection[str]) -> Sequence[Request]:
    """Return the waiting requests for these courses, oldest first."""
    wanted = select(Request).where(Request.course_id.in_(course_ids), Request.state == RequestState.WAITING)
    return db.session.scalars(wanted.order_by(Request.id)).all()


def requests_of(user_id: int) -> dict[str, Request]:
    """Return the person's newest request by course id."""
    rows = db.session.scalars(select(Request).filter_by(user_id=user_id).order_by(Request.cycle, Request.id))
    return {row.course_id: row for row in rows}


# Whether the pass of this person in this assessment at this moment no longer counts.
IsGone = Callable[[int, str, datetime], bool]


def awards_relying_on(people: Collection[int], is_gone: IsGone) -> list[Certificate]:
    """Return certificates, expired or not, that have not ended and rely on a pass that no longer counts."""
    rows = db.session.execute(
        select(Certificate, Request)
        .join(Request, Request.id == Certificate.request_id)
        .where(Certificate.user_id.in_(people), NOT_ENDED)
        .order_by(Certificate.id)
    )
    return [certificate for certificate, request in rows if _relies_on(request, is_gone)]


def requests_relying_on(people: Collection[int], is_gone: IsGone) -> list[Request]:
    """Return waiting requests that rely on a pass that no longer counts."""
    rows = db.session.scalars(
        select(Request).where(Request.user_id.in_(people), Request.state == RequestState.WAITING).order_by(Request.id)
    )
    return [request for request in rows if _relies_on(request, is_gone)]


def _relies_on(request: Request, is_gone: IsGone) -> bool:
    return any(
        entry["kind"] == RequirementKind.QUIZ
        and is_gone(request.user_id, entry["id"], datetime.fromisoformat(entry["at"]))
        for entry in request.completion["evidence"]
    )


def request_of(code: UUID) -> Request:
    return one_or_404(select(Request).filter_by(code=code))


def waiting(*, page: int, size: int) -> Page[Request]:
    """Return waiting requests with their licenses, oldest first."""
    rows = select(Request).filter_by(state=RequestState.WAITING).order_by(Request.requested_at, Request.id)
    return page_of(rows.options(selectinload(Request.license)), number=page, size=size)


def count_waiting() -> int:
    return db.session.scalars(select(func.count(Request.id)).filter_by(state=RequestState.WAITING)).one()


def count_issued() -> int:
    return db.session.scalars(select(func.count(Certificate.id))).one()


def newest_id() -> int:
    """Return the highest certificate id. It is close to the number of certificates and needs no count."""
    return db.session.scalars(select(func.max(Certificate.id))).one() or 0


def latest(*, page: int, size: int) -> Page[Certificate]:
    return page_of(select(Certificate).order_by(Certificate.id.desc()), number=page, size=size)


def count_of(ids: Collection[int]) -> dict[int, int]:
    """Return the number of certificates by person; people without one are left out."""
    rows = db.session.execute(
        select(Certificate.user_id, func.count(Certificate.id).label("held"))
        .where(Certificate.user_id.in_(ids))
        .group_by(Certificate.user_id)
    )
    return {row.user_id: row.held for row in rows}

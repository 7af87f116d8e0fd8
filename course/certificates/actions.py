import hashlib
import secrets
from contextlib import suppress
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy.exc import IntegrityError

from course import db, jobs
from course.accounts import queries as accounts
from course.accounts.models import License, User
from course.audit.log import Event, record
from course.catalog.content import Course
from course.catalog.queries import catalog, course_of
from course.certificates import award, numbers, pdf, queries
from course.certificates.models import Certificate, Reason, Request, Revocation, State
from course.completion import queries as completion
from course.completion.rules import Requirement
from course.db import unit_of_work
from course.review import queries as reviews
from course.web import Refused


class NotComplete(Refused):
    def __init__(self, missing: tuple[Requirement, ...]) -> None:
        super().__init__("Not complete yet: " + "; ".join(requirement.title for requirement in missing) + ".")


class RequestedAlready(Refused):
    message = "The certificate of this course was requested already."


class CertifiedAlready(Refused):
    def __init__(self, module: str, code: str) -> None:
        super().__init__(
            f"The hours of the module “{module}” stand on your certificate {code} already, and an hour is certified "
            "once. An administrator can revoke that certificate in favor of this one; then ask again."
        )


class Decided(Refused):
    message = "This request was decided already."


class EmailNotConfirmed(Refused):
    message = "The e-mail address is not confirmed yet."


class RevokedAlready(Refused):
    message = "This certificate was revoked already; the first revocation stands."


class AwaitsReview(Refused):
    message = "The content of this course awaits clinical review, and the provider issues no certificate before that."


class NameNotPrintable(Refused):
    message = (
        "The name, or another fact, has letters that the certificate's font can't set. Ask for it in Latin letters."
    )


@unit_of_work
def request_certificate(
    user: User, course: Course, license_: License, *, attested_name: str, print_license: bool, now: datetime
) -> Request:
    """Signs the attestation. The request waits for an administrator, unless the course issues at once."""
    standing = completion.standing_of(user, course)
    if not standing.complete or standing.completed_at is None:
        raise NotComplete(standing.missing)
    if queries.find_award(user.id, course.id, 1):
        raise RequestedAlready
    for certificate in queries.valid_awards(user.id):
        for module in certificate.facts["modules"]:
            if module["id"] in course.modules:
                raise CertifiedAlready(module["title"], certificate.code)
    request = Request(
        user_id=user.id,
        course_id=course.id,
        license_id=license_.id,
        print_license=print_license,
        attested_name=attested_name,
        attestation=catalog().attestation,
        content_hash=catalog().course_digest(course),
        completion=award.completion(course, catalog(), standing),
        completed_at=standing.completed_at,
        requested_at=now,
    )
    db.session.add(request)
    try:
        db.session.flush()
    except IntegrityError:
        raise RequestedAlready from None
    record(
        Event.CERTIFICATE_REQUESTED, user, f"request:{request.code}", person_id=user.id, now=now,
        course=course.id, content_hash=request.content_hash, before=None, after=State.WAITING,
    )  # fmt: skip
    if course.certificate == "at_once":
        with suppress(AwaitsReview):  # then it waits in the queue until the content is signed
            issue(request, actor=None, now=now)
    return request


@unit_of_work
def issue(request: Request, *, actor: User | None, now: datetime) -> Certificate:
    """Turns a request into a certificate. Repeated or raced, it returns the one there is. `actor` None: at once."""
    request = db.locked(Request, request.id)
    person = db.locked(User, request.user_id)  # two requests of one person take turns
    if existing := queries.find_award(request.user_id, request.course_id, request.cycle):
        return existing
    if request.state != State.WAITING:
        raise Decided
    if person.email_confirmed_at is None:
        raise EmailNotConfirmed
    certificate = _frozen(request, actor, now)
    db.session.add(certificate)
    request.state, request.decided_at, request.decided_by = State.ISSUED, now, certificate.issued_by
    db.session.flush()
    record(
        Event.CERTIFICATE_ISSUED, actor, f"certificate:{certificate.code}", person_id=person.id, now=now,
        course=request.course_id, content_hash=certificate.content_hash, document_sha256=certificate.document_sha256,
        before=State.WAITING, after=State.ISSUED,
    )  # fmt: skip
    _mail(request, "certificate-issued", certificate.code, now, link=_verify_url(certificate.code))
    return certificate


def _frozen(request: Request, actor: User | None, now: datetime) -> Certificate:
    license_ = accounts.license_of(request.license_id)
    code = numbers.code_from(secrets.token_bytes(10))
    facts = award.facts(
        code=code,
        cycle=request.cycle,
        course_id=request.course_id,
        name=request.attested_name,
        license_=award.License(license_.profession, license_.number if request.print_license else None),
        state=catalog().jurisdictions[license_.jurisdiction],
        completion=request.completion,
        reviews=_reviews(request),
        content_hash=request.content_hash,
        provider=catalog().provider,
        completed_at=request.completed_at,
        issued_at=now,
        issued_by=actor.legal_name if actor else "Issued automatically on completion",
        verify_url=_verify_url(code),
        template_version=pdf.template_version(),
    )
    try:
        document = pdf.render(facts)
    except pdf.NameNotPrintable:
        raise NameNotPrintable from None
    return Certificate(
        code=facts.code,
        user_id=request.user_id,
        course_id=request.course_id,
        cycle=request.cycle,
        request_id=request.id,
        name=facts.name,
        facts=facts.to_json(),
        content_hash=facts.content_hash,
        template_version=facts.template_version,
        document=document,
        document_sha256=hashlib.sha256(document).hexdigest(),
        issued_at=now,
        issued_by=facts.issued_by,
    )


def _reviews(request: Request) -> dict[str, str]:
    """Who signed the content that was studied, by its digest; refused where the provider wants it signed first."""
    digests = [module.get("reviewed_digest", "") for module in request.completion["modules"]]
    signed = reviews.by_digest(digests)
    if not catalog().provider.certify_unreviewed and set(digests) - signed.keys():
        raise AwaitsReview
    return {digest: f"{review.name}, {review.credentials}, {review.at:%Y-%m-%d}" for digest, review in signed.items()}


def _verify_url(code: str) -> str:
    return f"{current_app.extensions['base_url']}/verify/{code}"


def _mail(request: Request, template: str, key: str, now: datetime, **values: Any) -> None:
    person = accounts.people_of([request.user_id])[request.user_id]
    course = request.completion["title"]
    home = f"{current_app.extensions['base_url']}/courses/{request.course_id}"
    jobs.put(
        "mail", key=f"{template}:{key}", now=now, to=person.email, template=template,
        name=person.legal_name, course=course, home=home, **values,
    )  # fmt: skip


@unit_of_work
def reject(request: Request, reason: str, *, actor: User, now: datetime) -> None:
    """Turns a request down; the therapist sees the reason and may ask again."""
    request = db.locked(Request, request.id)
    if request.state != State.WAITING:
        raise Decided
    request.state, request.decided_at, request.decided_by = State.REJECTED, now, actor.legal_name
    request.reason = reason
    record(
        Event.CERTIFICATE_REJECTED, actor, f"request:{request.code}", person_id=request.user_id, now=now,
        course=request.course_id, reason=reason, before=State.WAITING, after=State.REJECTED,
    )  # fmt: skip
    _mail(request, "certificate-rejected", str(request.code), now, reason=reason)


@unit_of_work
def revoke(certificate: Certificate, reason: Reason, note: str, *, actor: User, now: datetime) -> Revocation:
    """Adds a revocation beside the certificate, which itself stays as it was issued."""
    revocation = Revocation(
        certificate_id=certificate.id, reason=reason, note=note, revoked_at=now, revoked_by=actor.legal_name
    )
    db.session.add(revocation)
    try:
        db.session.flush()
    except IntegrityError:
        raise RevokedAlready from None
    record(
        Event.CERTIFICATE_REVOKED, actor, f"certificate:{certificate.code}", person_id=certificate.user_id,
        now=now, reason=f"{reason}: {note}", before="valid", after="revoked",
    )  # fmt: skip
    if person := accounts.people_of([certificate.user_id]).get(certificate.user_id):
        jobs.put(
            "mail", key=f"certificate-revoked:{certificate.code}", now=now, to=person.email,
            template="certificate-revoked", name=person.legal_name, code=certificate.code,
            reason=reason, link=_verify_url(certificate.code),
        )  # fmt: skip
    return revocation


@unit_of_work
def reissue(certificate: Certificate, note: str, *, actor: User, now: datetime) -> Certificate:
    """Revokes a certificate in favor of one that states what the person's record shows now.

    The signature, the name and the license are those of the first. Raises NotComplete where the course is met no more.
    """
    person, course = db.locked(User, certificate.user_id), course_of(certificate.course_id)
    standing = completion.standing_of(person, course)
    if not standing.complete or standing.completed_at is None:
        raise NotComplete(standing.missing)
    revoke(certificate, Reason.REPLACED, note, actor=actor, now=now)
    signed = queries.request_behind(certificate)
    request = Request(
        user_id=person.id,
        course_id=course.id,
        cycle=queries.awards_of(person.id)[course.id].cycle + 1,
        license_id=signed.license_id,
        print_license=signed.print_license,
        attested_name=signed.attested_name,
        attestation=signed.attestation,
        content_hash=catalog().course_digest(course),
        completion=award.completion(course, catalog(), standing),
        completed_at=standing.completed_at,
        requested_at=signed.requested_at,
    )
    db.session.add(request)
    db.session.flush()
    record(
        Event.CERTIFICATE_REQUESTED, actor, f"request:{request.code}", person_id=person.id, now=now,
        course=course.id, content_hash=request.content_hash, before=None, after=State.WAITING,
    )  # fmt: skip
    return issue(request, actor=actor, now=now)

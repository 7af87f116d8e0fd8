from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from course.certificates.completion import queries as completion
from course.certificates.completion.rules import Requirement, Standing
from course.certificates.issuing import award, making, queries, renewal
from course.certificates.issuing.models import Certificate, Correction, Reason, Request, Revocation, State
from course.certificates.issuing.models import Standing as CertificateStanding
from course.certificates.issuing.pdf import OURS
from course.content.queries import catalog, course_of
from course.content.schema.course import Course
from course.learning.study import actions as reading
from course.learning.study import queries as study
from course.learning.study.cycle_period import CyclePeriod
from course.people.accounts import license_number
from course.people.accounts import queries as accounts
from course.people.accounts.models import License, User
from course.platform import db, jobs
from course.platform.audit.log import Event, record
from course.platform.dates import long_date
from course.platform.db import unit_of_work
from course.platform.typesetting import letters
from course.platform.web import Refused
from course.site import site


class NotComplete(Refused):
    def __init__(self, missing: tuple[Requirement, ...]) -> None:
        super().__init__("Not complete yet: " + "; ".join(requirement.title for requirement in missing) + ".")


class NotAsOnTheLicense(Refused):
    """Of the name, or of the license's number or its last day; told before anything is requested."""

    status = 422


class RequestedAlready(Refused):
    message = "The certificate of this course was requested already."


class CertifiedAlready(Refused):
    def __init__(self, module: str, code: str) -> None:
        super().__init__(
            f"The hours of the module “{module}” stand on your certificate {code} already, and an hour is certified "
            "once. An administrator can revoke that certificate in favor of this one; then ask again."
        )


class NotRenewable(Refused):
    message = "A course can be done anew once it has a certificate. Go on with what is open."


class RenewalNotYet(Refused):
    def __init__(self, opens_on: date) -> None:
        super().__init__(f"This course can be done anew from {opens_on:%B} {opens_on.day}, {opens_on.year} on.")


class Decided(Refused):
    message = "This request was decided already."


class EmailNotConfirmed(Refused):
    message = "The e-mail address is not confirmed yet."


class NamePrintable(Refused):
    message = "The name that was signed can be printed, so it is the one that the certificate is made out to."


class AnotherTemplate(Refused):
    message = "The template's files have changed since you looked at them. Look at the preview again, then choose."


class EndedAlready(Refused):
    message = "This certificate was revoked or superseded already; what was done first stands."


def request_certificate(
    user: User, course: Course, license_: License, *, attested_name: str, print_license: bool, now: datetime
) -> Request:
    """Signs the attestation. The request waits for an administrator, unless the course issues at once."""
    request = _ask(user, course, license_, attested_name=attested_name, print_license=print_license, now=now)
    if course.certificate == "at_once":
        with suppress(Refused):  # then it waits in the queue
            issue(request, actor=None, now=now)
            return request
    _tell_received(request, now)
    return request


@unit_of_work
def _tell_received(request: Request, now: datetime) -> None:
    _mail(request, "certificate-requested", str(request.code), now)


def issue_waiting(now: datetime) -> None:
    """What should have been issued at once, and was refused for a reason that has passed since; safe to repeat."""
    at_once = [course.id for course in catalog().courses.values() if course.certificate == "at_once"]
    for request in queries.waiting_of(at_once):
        with suppress(Refused):
            issue(request, actor=None, now=now)


def tell_of_ends(now: datetime) -> None:
    """Mails to holders 90 and 30 days before a certificate's last day, and after it; each once, safe to repeat."""
    due = {}
    for certificate in queries.ending(now.date()):
        last_day = certificate.valid_until
        if last_day and (mail := renewal.told_by(last_day, certificate.today(now))):
            due[f"{mail}:{certificate.code}"] = (certificate, last_day, mail)
    for key in due.keys() - jobs.known(due.keys()):
        _tell_of_end(*due[key], key, now)


@unit_of_work
def _tell_of_end(certificate: Certificate, last_day: date, template: str, key: str, now: datetime) -> None:
    """Unless it is told, or the person has a newer certificate of the course or no account any more."""
    person = db.locked(User, certificate.user_id)
    newest = queries.awards_of(person.id).get(certificate.course_id)
    if person.closed_at or jobs.known([key]) or newest is None or newest.id != certificate.id:
        return
    jobs.put(
        "mail",
        key=key,
        now=now,
        to=person.email,
        template=template,
        name=person.legal_name,
        course=certificate.facts["course_title"],
        code=certificate.code,
        last_day=long_date(last_day),
        home=f"{site().base_url}/courses/{certificate.course_id}",
    )


@unit_of_work
def _ask(
    user: User, course: Course, license_: License, *, attested_name: str, print_license: bool, now: datetime
) -> Request:
    if fault := letters.fault(letters.tidy(attested_name)) or license_fault(license_, now):
        raise NotAsOnTheLicense(fault)
    cycle = study.period_of(user.id, course.id)
    standing = completion.standing_of(user, course)
    if not standing.complete:
        raise NotComplete(standing.missing)
    if queries.find_award(user.id, course.id, cycle.number):
        raise RequestedAlready
    _require_new_hours(user, course, cycle, now)
    return _requested(
        user,
        course,
        standing,
        actor=user,
        now=now,
        cycle=cycle.number,
        license_id=license_.id,
        print_license=print_license,
        attested_name=attested_name,
        attestation=catalog().attestation,
        requested_at=now,
    )


def license_fault(license_: License, now: datetime) -> str | None:
    """Why no certificate can be asked for with this license, as it stands in the profile."""
    today = award.date_in(catalog().jurisdictions[license_.jurisdiction].time_zone, now)
    if license_.expires_on and license_.expires_on < today:
        expired = long_date(license_.expires_on)
        return f"This license expired on {expired}. If you renewed it, correct the date in your profile."
    return license_number.fault(license_.number)


def _require_new_hours(user: User, course: Course, cycle: CyclePeriod, now: datetime) -> None:
    """An hour is certified once. Those that were completed before this cycle began are others."""
    for certificate in queries.valid_awards(user.id, now):
        if cycle.since and queries.request_behind(certificate).completed_at <= cycle.since:
            continue
        for module in certificate.facts["modules"]:
            if module["id"] in course.modules:
                raise CertifiedAlready(module["title"], certificate.code)


@unit_of_work
def renew(user: User, course: Course, number: int, *, now: datetime) -> None:
    """Opens the cycle of that number, in which the course is done anew; what is on record stays. A repeat is harmless.

    Raises NotRenewable and RenewalNotYet.
    """
    db.locked(User, user.id)
    running = study.period_of(user.id, course.id).number
    if number <= running:
        return
    certificate = queries.find_award(user.id, course.id, running)
    if certificate is None or number > running + 1:
        raise NotRenewable
    if (opens_on := queries.renewal_opens(certificate, now)) is not None:
        raise RenewalNotYet(opens_on)
    reading.open_cycle(user, course, number, now=now)
    record(Event.CYCLE_OPENED, user, f"person:{user.code}", person_id=user.id, now=now, course=course.id, cycle=number)


def _requested(
    person: User, course: Course, standing: Standing, *, actor: User, now: datetime, **signed: Any
) -> Request:
    """The request with what the person's record shows; `signed`: what the person signed, and when."""
    if not standing.complete or standing.completed_at is None:
        raise NotComplete(standing.missing)
    request = Request(
        user_id=person.id,
        course_id=course.id,
        content_hash=catalog().course_digest(course),
        completion=award.completion(course, catalog(), standing),
        completed_at=standing.completed_at,
        state=State.WAITING,
        **signed,
    )
    db.session.add(request)
    try:
        db.session.flush()
    except IntegrityError:
        raise RequestedAlready from None
    record(
        Event.CERTIFICATE_REQUESTED,
        actor,
        f"request:{request.code}",
        person_id=person.id,
        now=now,
        course=course.id,
        content_hash=request.content_hash,
        before=None,
        after=State.WAITING,
    )
    return request


@dataclass(frozen=True)
class Latin:
    """A legal name in Latin letters, in place of one that can't be printed, and how it is known to be the same."""

    name: str
    reason: str


def issue(
    request: Request,
    *,
    actor: User | None,
    now: datetime,
    bulk: bool = False,
    issue_on: date | None = None,
    latin: Latin | None = None,
    license_checked: date | None = None,
) -> Certificate:
    """Turns a request into a certificate. Repeated or raced, it returns the one there is. `actor` None: at once.

    Nobody waits for the database while badge and document are made and signed. `bulk`: its mail lets others go first.
    `issue_on`: the date that it bears, where two administrators set it back.
    `license_checked`: when the license was looked up with its board.
    """
    while True:
        plan = _plan(request.id, actor, now, issue_on, latin)
        if isinstance(plan, Certificate):
            return plan
        with suppress(_StatusBitTaken, making.TemplateFell):
            made = making.make(plan, site().issuer, site().signer)
            return _register(
                request.id, plan, made, actor=actor, now=now, bulk=bulk, latin=latin, license_checked=license_checked
            )


class _StatusBitTaken(Exception):
    """Another certificate drew the same bit while this one was made."""


@unit_of_work
def _plan(
    request_id: int, actor: User | None, now: datetime, issue_on: date | None, latin: Latin | None
) -> making.Plan | Certificate:
    """What is to be made, or what was issued already. Raises NamePrintable."""
    request = db.session.get_one(Request, request_id)
    person = accounts.person(request.user_id)
    if existing := _issued(request, person):
        return existing
    if latin and making.name_refusal(request.attested_name) is None:
        raise NamePrintable
    return making.plan(request, actor=actor, now=now, name=latin.name if latin else None, issue_on=issue_on)


@unit_of_work
def _register(
    request_id: int,
    plan: making.Plan,
    made: making.Made,
    *,
    actor: User | None,
    now: datetime,
    bulk: bool,
    latin: Latin | None,
    license_checked: date | None,
) -> Certificate:
    request = db.locked(Request, request_id)
    person = db.locked(User, request.user_id)  # two requests of one person take turns
    if existing := _issued(request, person):
        return existing
    if queries.taken_status_indexes([plan.status_index]):
        raise _StatusBitTaken
    certificate = making.row(request, plan, made)
    db.session.add(certificate)
    request.state, request.decided_at, request.decided_by = State.ISSUED, now, certificate.issued_by
    try:
        db.session.flush()
    except IntegrityError:  # the row of the person is locked, so it is the bit
        raise _StatusBitTaken from None
    record(
        Event.CERTIFICATE_ISSUED,
        actor,
        f"certificate:{certificate.code}",
        person_id=person.id,
        now=now,
        course=request.course_id,
        content_hash=certificate.content_hash,
        document_sha256=certificate.document_sha256,
        before=State.WAITING,
        after=State.ISSUED,
        license_checked=license_checked.isoformat() if license_checked else None,
    )
    if latin:
        record(
            Event.NAME_SET_IN_LATIN,
            actor,
            f"certificate:{certificate.code}",
            person_id=person.id,
            now=now,
            before=request.attested_name,
            after=certificate.name,
            reason=latin.reason,
        )
    link = making.verify_url(certificate.code)
    _mail(
        request,
        "certificate-issued",
        certificate.code,
        now,
        rank=int(bulk),
        link=link,
        latin_name=latin.name if latin else None,
    )
    return certificate


def _issued(request: Request, person: User) -> Certificate | None:
    """The certificate there is already. Raises Decided and EmailNotConfirmed."""
    if existing := queries.find_award(request.user_id, request.course_id, request.cycle):
        return existing
    if request.state != State.WAITING:
        raise Decided
    if person.email_confirmed_at is None:
        raise EmailNotConfirmed
    return None


def _mail(request: Request, template: str, key: str, now: datetime, **values: Any) -> None:
    person = accounts.person(request.user_id)
    course = request.completion["title"]
    home = f"{site().base_url}/courses/{request.course_id}"
    jobs.put(
        "mail",
        key=f"{template}:{key}",
        now=now,
        to=person.email,
        template=template,
        name=person.legal_name,
        course=course,
        home=home,
        **values,
    )


@unit_of_work
def reject(request: Request, reason: str, *, actor: User, now: datetime) -> None:
    """Turns a request down; the therapist sees the reason and may ask again."""
    request = db.locked(Request, request.id)
    if request.state != State.WAITING:
        raise Decided
    request.state, request.decided_at, request.decided_by = State.REJECTED, now, actor.legal_name
    request.reason = reason
    record(
        Event.CERTIFICATE_REJECTED,
        actor,
        f"request:{request.code}",
        person_id=request.user_id,
        now=now,
        course=request.course_id,
        reason=reason,
        before=State.WAITING,
        after=State.REJECTED,
    )
    _mail(request, "certificate-rejected", str(request.code), now, reason=reason)


@unit_of_work
def revoke(certificate: Certificate, reason: Reason, note: str, *, actor: User, now: datetime) -> Revocation:
    """Adds a revocation beside the certificate, which itself stays as it was issued."""
    before = _must_stand(certificate, now)
    revocation = Revocation(
        certificate_id=certificate.id, reason=reason, note=note, revoked_at=now, revoked_by=actor.legal_name
    )
    db.session.add(revocation)
    db.session.flush()
    record(
        Event.CERTIFICATE_REVOKED,
        actor,
        f"certificate:{certificate.code}",
        person_id=certificate.user_id,
        now=now,
        reason=f"{reason}: {note}",
        before=before,
        after="revoked",
    )
    if person := accounts.people_of([certificate.user_id]).get(certificate.user_id):
        jobs.put(
            "mail",
            key=f"certificate-revoked:{certificate.code}",
            now=now,
            to=person.email,
            template="certificate-revoked",
            name=person.legal_name,
            code=certificate.code,
            reason=reason,
            link=making.verify_url(certificate.code),
        )
    return revocation


@unit_of_work
def supersede(
    certificate: Certificate, why: Correction, note: str, *, actor: User, now: datetime, name: str | None = None
) -> Certificate:
    """Puts a certificate in the place of one that is not right any more; the old number points to the new one.

    What was signed, the license and the cycle are those of the first. So is the completion, unless an assessment was
    scored anew: then it is what the person's record shows now. `name`: the right one. Raises EndedAlready, and
    NotComplete where the course is met no more.
    """
    before = _must_stand(certificate, now)
    request = queries.request_behind(certificate)
    if why is Correction.RESCORED:
        request = _requested_anew(request, actor, now)
    plan = making.plan(request, actor=actor, now=now, name=name or certificate.name, corrects=certificate)
    made = making.make(plan, site().issuer, site().signer)
    successor = making.row(request, plan, made, supersedes=certificate, why=why)
    db.session.add(successor)
    db.session.flush()
    record(
        Event.CERTIFICATE_SUPERSEDED,
        actor,
        f"certificate:{certificate.code}",
        person_id=request.user_id,
        now=now,
        reason=f"{why}: {note}",
        successor=successor.code,
        document_sha256=successor.document_sha256,
        before=before,
        after="superseded",
    )
    _mail(
        request,
        "certificate-superseded",
        successor.code,
        now,
        code=certificate.code,
        reason=why,
        link=making.verify_url(successor.code),
    )
    return successor


def _requested_anew(signed: Request, actor: User, now: datetime) -> Request:
    """What was signed, with what the record of the same cycle shows now; issued at once."""
    person, course = accounts.person(signed.user_id), course_of(signed.course_id)
    request = _requested(
        person,
        course,
        completion.standing_of(person, course, signed.cycle),
        actor=actor,
        now=now,
        cycle=signed.cycle,
        license_id=signed.license_id,
        print_license=signed.print_license,
        attested_name=signed.attested_name,
        attestation=signed.attestation,
        requested_at=signed.requested_at,
    )
    request.state, request.decided_at, request.decided_by = State.ISSUED, now, actor.legal_name
    return request


def _must_stand(certificate: Certificate, now: datetime) -> CertificateStanding:
    """What it is worth. Until the transaction ends nobody else revokes or supersedes a certificate of this person."""
    db.locked(User, certificate.user_id)
    if not queries.stands(certificate.id):
        raise EndedAlready
    return db.session.get_one(Certificate, certificate.id).standing_at(now)


@unit_of_work
def choose_template(digest: str, *, actor: User, now: datetime) -> None:
    """From now on certificates are printed with ours, or with the provider's files as they were previewed."""
    templates = site().templates
    before, draft = templates.in_force(), templates.draft()
    if digest != OURS.digest and (draft is None or draft.fault or draft.digest != digest):
        raise AnotherTemplate
    template = templates.kept(digest)
    record(
        Event.TEMPLATE_CHOSEN,
        actor,
        "template",
        person_id=None,
        now=now,
        before=before.version,
        after=template.version,
    )
    templates.put_into_force(template)

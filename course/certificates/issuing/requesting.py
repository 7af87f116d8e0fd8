"""Request a certificate, and reject a request."""

from contextlib import suppress
from datetime import datetime

from course.certificates.issuing import hours_queries, issuing, queries, request_actions
from course.certificates.issuing.completion_record import short_of
from course.certificates.issuing.issuing import RequestDecided
from course.certificates.issuing.mail_actions import put_mail
from course.certificates.issuing.models import Request, RequestState
from course.certificates.issuing.request_actions import RequestedAlready
from course.certificates.issuing.request_queries import Signature, completed_request
from course.content.queries import catalog
from course.content.schema.course import Course
from course.learning.study import queries as study
from course.people.accounts import license_number
from course.people.accounts.models import License, User
from course.platform import db, decisions
from course.platform.audit.log import Event, record
from course.platform.dates import date_in, long_date
from course.platform.db import unit_of_work
from course.platform.typesetting import letters
from course.platform.web import Refused


class NamePartsMissing(Refused):
    status = 422
    message = "Say in your profile which part of your name is your family name. Then request the certificate."


class NotAsOnTheLicense(Refused):
    """The name is not allowed, or the license number or its expiration date is wrong."""

    status = 422


def request_certificate(
    user: User, course: Course, license_: License, *, attested_name: str, print_license: bool, now: datetime
) -> Request:
    """Sign the attestation and request the certificate.

    The request waits for an administrator, unless the course issues certificates automatically.
    """
    request = _request(user, course, license_, attested_name=attested_name, print_license=print_license, now=now)
    if course.certificate == "at_once":
        with suppress(Refused):  # a refused request waits in the queue
            issuing.issue(request, actor=None, now=now)
            return request
    _notify_received(request, now)
    return request


@unit_of_work
def _request(
    user: User, course: Course, license_: License, *, attested_name: str, print_license: bool, now: datetime
) -> Request:
    if fault := letters.fault(letters.tidy(attested_name)) or license_fault(license_, now):
        raise NotAsOnTheLicense(fault)
    if user.name_parts is None:
        raise NamePartsMissing
    cycle = study.period_of(user.id, course.id).number
    signature = Signature(license_.id, print_license, attested_name, catalog().attestation, now, user.name_parts)
    request = completed_request(user, course, cycle, signature)
    if queries.find_award(user.id, course.id, cycle):
        raise RequestedAlready
    hours_queries.require_new_hours(request, now)
    request_actions.add(request, actor=user, now=now)
    return request


def license_fault(license_: License, now: datetime) -> str | None:
    """Return why no certificate can be requested for the license; None if one can."""
    today = date_in(catalog().licensing_places[license_.jurisdiction].time_zone, now)
    if license_.expires_on and license_.expires_on < today:
        expired = long_date(license_.expires_on)
        return f"This license expired on {expired}. If you renewed it, correct the date in your profile."
    return license_number.fault(license_.number, confirmed=license_.number_confirmed)


@unit_of_work
def _notify_received(request: Request, now: datetime) -> None:
    put_mail(request, "certificate-requested", str(request.code), now)


@unit_of_work
def accept_short_time(request: Request, reason: str, *, actor: User, now: datetime) -> None:
    """Let the certificate be issued although too little time is on record. Raise OwnRecord or RequestDecided."""
    decisions.require_another(actor, request.user_id)
    request = db.locked(Request, request.id)
    if request.state != RequestState.WAITING:
        raise RequestDecided
    if request.short_reason == reason:
        return
    before, request.short_reason = request.short_reason, reason
    record(
        Event.SHORT_TIME_ACCEPTED,
        actor,
        f"request:{request.code}",
        person_id=request.user_id,
        now=now,
        course=request.course_id,
        modules=[entry["id"] for entry in short_of(request.completion)],
        before=before,
        after=reason,
    )


@unit_of_work
def reject(request: Request, reason: str, *, actor: User, now: datetime) -> None:
    """Reject a request; the therapist reads the reason and may request again. Raise RequestDecided."""
    request = db.locked(Request, request.id)
    if request.state != RequestState.WAITING:
        raise RequestDecided
    request.state, request.decided_at, request.decided_by = RequestState.REJECTED, now, actor.legal_name
    request.reason = reason
    record(
        Event.CERTIFICATE_REJECTED,
        actor,
        f"request:{request.code}",
        person_id=request.user_id,
        now=now,
        course=request.course_id,
        reason=reason,
        before=RequestState.WAITING,
        after=RequestState.REJECTED,
    )
    put_mail(request, "certificate-rejected", str(request.code), now, reason=reason)

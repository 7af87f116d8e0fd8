"""A person's status in a course: one label and one next step, the same on every page."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from course.certificates.completion.next_step import NextStep, step_for
from course.certificates.completion.rules import CourseProgress
from course.certificates.issuing.facts import Facts
from course.certificates.issuing.models import Certificate, Request, RequestState, Standing
from course.content.schema.course import Course, Provider
from course.platform.dates import long_date


class Stage(StrEnum):
    NOT_STARTED = "not started"
    IN_PROGRESS = "in progress"
    READY_TO_SIGN = "ready to sign"
    WAITING = "waiting"
    REJECTED = "rejected"
    ISSUED = "issued"
    EXPIRED = "expired"
    REVOKED = "revoked"

    @property
    def before_certificate(self) -> bool:
        """Whether a certificate can be requested or was requested, but has not been issued."""
        return self in (Stage.READY_TO_SIGN, Stage.WAITING, Stage.REJECTED)


@dataclass(frozen=True)
class CourseStatus:
    """The status as pages show it. `tone`: the kind of badge. `detail`: a sentence below the label, or empty."""

    stage: Stage
    label: str
    tone: str
    step: NextStep
    detail: str = ""


def status_of(
    course: Course,
    progress: CourseProgress,
    request: Request | None,
    certificate: Certificate | None,
    *,
    provider: Provider,
    now: datetime,
) -> CourseStatus:
    """Return the status in one cycle. `request` and `certificate`: the newest of that cycle."""
    if certificate is not None:
        return _with_certificate(course, certificate, provider, now)
    if request is not None and request.state == RequestState.WAITING:
        return CourseStatus(
            Stage.WAITING,
            f"Waiting for review since {long_date(request.requested_at)}",
            "info",
            NextStep("You will get an email when your request has been decided."),
        )
    if request is not None and request.state == RequestState.REJECTED:
        reason = f"Reason: {request.reason}"
        return CourseStatus(Stage.REJECTED, "Request rejected", "danger", _next_step(course, progress), reason)
    return _without_request(course, progress)


def _without_request(course: Course, progress: CourseProgress) -> CourseStatus:
    step = _next_step(course, progress)
    if progress.complete:
        return CourseStatus(Stage.READY_TO_SIGN, "Ready to sign", "ok", step, "All steps are complete.")
    if progress.started:
        return CourseStatus(Stage.IN_PROGRESS, "In progress", "info", step)
    return CourseStatus(Stage.NOT_STARTED, "Not started", "neutral", step)


def _next_step(course: Course, progress: CourseProgress) -> NextStep:
    if progress.missing:
        return step_for(progress.missing[0])
    return NextStep("Sign and request the certificate", "issuing.request_certificate", {"course_id": course.id})


def _with_certificate(course: Course, certificate: Certificate, provider: Provider, now: datetime) -> CourseStatus:
    """Return the status given by the certificate, which is the newest revision."""
    if certificate.revocation is not None:
        contact = f" ({provider.contact})" if provider.contact else ""
        return CourseStatus(
            Stage.REVOKED,
            f"Certificate revoked on {long_date(certificate.revocation.revoked_at)}",
            "danger",
            NextStep(f"If you think this is a mistake, contact {provider.name}{contact}."),
            f"Reason: {certificate.revocation.reason}.",
        )
    facts = Facts.from_json(certificate.facts)
    if facts.valid_until and certificate.standing_at(now) is Standing.EXPIRED:
        return CourseStatus(
            Stage.EXPIRED,
            f"Certificate expired on {long_date(facts.valid_until)}",
            "warn",
            NextStep("Take the course again", "issuing.renewal", {"course_id": course.id}),
            "It still proves what you completed.",
        )
    return CourseStatus(
        Stage.ISSUED,
        f"Certificate issued on {long_date(facts.issued_on)}",
        "ok",
        NextStep("View certificate", "sharing.certificate", {"code": certificate.code}),
        f"Valid until {long_date(facts.valid_until)}." if facts.valid_until else "",
    )

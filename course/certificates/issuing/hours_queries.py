from dataclasses import replace
from datetime import datetime

from course.certificates.issuing import queries
from course.certificates.issuing.completion_record import modules_of
from course.certificates.issuing.hours_rule import CertifiedHours, repeated_module
from course.certificates.issuing.models import Certificate, Request
from course.learning.study import queries as study
from course.platform.web import Refused


class CertifiedAlready(Refused):
    def __init__(self, module: str, code: str) -> None:
        super().__init__(
            f"The hours of “{module}” are already on certificate {code}, and the same hours can be certified only "
            f"once. An administrator can revoke {code} first if this certificate should replace it."
        )


def require_new_hours(request: Request, now: datetime, *, instead_of: Certificate | None = None) -> None:
    """Raise CertifiedAlready if a valid certificate of the person states hours of this request.

    `instead_of`: the certificate that will be superseded; hours that it states already are ignored.
    """
    if refusal := hours_refusal(request, now, instead_of=instead_of):
        raise refusal


def hours_refusal(request: Request, now: datetime, *, instead_of: Certificate | None = None) -> CertifiedAlready | None:
    """Return the refusal that require_new_hours would raise; None if there is none."""
    cycle = study.period_of(request.user_id, request.course_id, request.cycle)
    hours = CertifiedHours(modules_of(request.completion), request.completed_at, cycle.since)
    if instead_of:
        stated = {module["id"] for module in instead_of.facts["modules"]}
        hours = replace(hours, modules={id_: title for id_, title in hours.modules.items() if id_ not in stated})
    for certificate in queries.valid_awards(request.user_id, now) if hours.modules else ():
        earlier = CertifiedHours(modules_of(certificate.facts), queries.request_behind(certificate).completed_at)
        if title := repeated_module(hours, earlier):
            return CertifiedAlready(title, certificate.code)
    return None

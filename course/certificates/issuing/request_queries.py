from dataclasses import dataclass
from datetime import datetime

from course.certificates.completion import queries as completion
from course.certificates.completion.requirement import Requirement
from course.certificates.issuing.completion_record import completion_of, short_of
from course.certificates.issuing.models import Request, RequestState
from course.content.queries import catalog
from course.content.schema.course import Course
from course.people.accounts.models import User
from course.people.accounts.name_parts import NameParts
from course.platform.web import Refused


class NotComplete(Refused):
    def __init__(self, missing: tuple[Requirement, ...]) -> None:
        super().__init__("Complete these steps first: " + "; ".join(requirement.title for requirement in missing) + ".")


@dataclass(frozen=True)
class Signature:
    """What the person signed to request a certificate, and when."""

    license_id: int
    print_license: bool
    attested_name: str
    attestation: str
    signed_at: datetime
    name_parts: NameParts | None


def signature_of(request: Request) -> Signature:
    return Signature(
        request.license_id,
        request.print_license,
        request.attested_name,
        request.attestation,
        request.requested_at,
        request.name_parts,
    )


def completed_request(person: User, course: Course, cycle: int, signature: Signature) -> Request:
    """Return a request with the person's current record of the cycle, not yet added. Raise NotComplete."""
    standing = completion.progress_of(person, course, cycle)
    if not standing.complete or standing.completed_at is None:
        raise NotComplete(standing.missing)
    completion_ = completion_of(course, catalog(), standing)
    return Request(
        user_id=person.id,
        course_id=course.id,
        cycle=cycle,
        license_id=signature.license_id,
        print_license=signature.print_license,
        attested_name=signature.attested_name,
        name_parts=signature.name_parts,
        attestation=signature.attestation,
        requested_at=signature.signed_at,
        content_hash=catalog().course_digest(course),
        completion=completion_,
        is_short=bool(short_of(completion_)),
        completed_at=standing.completed_at,
        state=RequestState.WAITING,
    )

"""Checks of a certificate against others: the one it supersedes, those with the same hours, and the audit log."""

from collections.abc import Iterator

from course.certificates.issuing.hours_rule import repeated_module
from course.certificates.issuing.models import Correction
from course.platform.audit.log import Event
from course.reporting.records.checked_record import CheckedRecord, differences


def succession(record: CheckedRecord) -> Iterator[str]:
    certificate, earlier = record.certificate, record.predecessor
    if certificate.supersedes_id is None:
        if certificate.revision != 1:
            yield f"revision {certificate.revision} supersedes no certificate"
        return
    if earlier is None:
        yield f"no certificate {certificate.supersedes_id}"
        return
    if certificate.supersedes_why not in set(Correction):
        yield f"unknown reason {certificate.supersedes_why!r}"
    yield from differences(
        {
            "revision": (certificate.revision, earlier.revision + 1),
            "person": (certificate.user_id, earlier.user_id),
            "course": (certificate.course_id, earlier.course_id),
            "cycle": (certificate.cycle, earlier.cycle),
        }
    )


def hours(record: CheckedRecord) -> Iterator[str]:
    """Check that no hour is certified twice, except by renewals. The later certificate of a pair has the fault."""
    codes = [one.code for one in record.valid]
    if record.certificate.code not in codes:
        return
    place = codes.index(record.certificate.code)
    own = record.valid[place].hours
    for earlier in record.valid[:place]:
        title = repeated_module(own, earlier.hours)
        if title and repeated_module(earlier.hours, own):  # a reissue can put the earlier cycle behind the later one
            yield f"“{title}” is on certificate {earlier.code}, too"


def log(record: CheckedRecord) -> Iterator[str]:
    """Check that the audit log has the issue and any revocation exactly once, with the values of the register."""
    certificate = record.certificate
    if record.predecessor is None:
        issued = record.events_of(Event.CERTIFICATE_ISSUED, certificate.code)
    else:
        superseded = record.events_of(Event.CERTIFICATE_SUPERSEDED, record.predecessor.code)
        issued = [one for one in superseded if one.details["successor"] == certificate.code]
    if len(issued) != 1:
        yield f"the issue is logged {len(issued)} times"
    yield from (
        f"{name}: {one.details[name]} in the log, {getattr(certificate, name)} in the register"
        for one in issued
        for name in ("document_sha256", "content_hash")
        if name in one.details and one.details[name] != getattr(certificate, name)
    )
    revoked = [one.at for one in record.events_of(Event.CERTIFICATE_REVOKED, certificate.code)]
    if certificate.revocation and revoked != [certificate.revocation.revoked_at]:
        yield f"revoked at {certificate.revocation.revoked_at}, in the log {', '.join(map(str, revoked)) or 'never'}"
    if certificate.revocation is None and revoked:
        yield "revoked in the log only"

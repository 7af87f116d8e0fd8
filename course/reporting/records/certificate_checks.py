"""Checks of a certificate by itself: its number, register row, document and badge.

Each check yields what does not agree. It looks at one thing only, so that one mistake makes one discrepancy.
"""

import hashlib
from collections.abc import Iterator
from datetime import date, datetime

from course.certificates.credentials import status_list
from course.certificates.credentials.issuer import instant
from course.certificates.credentials.pdf_signing import SignatureFinding, attached
from course.certificates.issuing import facts, numbers
from course.certificates.issuing.facts import Facts
from course.reporting.records.checked_record import CheckedRecord, differences, local_day


def number(record: CheckedRecord) -> Iterator[str]:
    if not numbers.is_printed_form(record.certificate.code):
        yield f"{record.certificate.code!r} is not 16 letters and digits in groups of four"


def row(record: CheckedRecord) -> Iterator[str]:
    certificate, stated = record.certificate, record.facts
    yield from differences(
        {
            "number": (certificate.code, stated.code),
            "name": (certificate.name, stated.name),
            "parts of the name": (certificate.name, stated.name_parts.printed if stated.name_parts else stated.name),
            "course": (certificate.course_id, stated.course_id),
            "cycle": (certificate.cycle, stated.cycle),
            "content": (certificate.content_hash, stated.content_hash),
            "template": (certificate.template_version, stated.template_version),
            "issued at": (certificate.issued_at, stated.issued_at),
            "issued by": (certificate.issued_by, stated.issued_by),
            "last day": (certificate.valid_until, stated.valid_until),
        }
    )
    if not stated.verify_url.endswith(f"/verify/{certificate.code}"):
        yield f"verification address: {stated.verify_url}"


def document(record: CheckedRecord) -> Iterator[str]:
    digest = hashlib.sha256(record.certificate.document).hexdigest()
    if digest != record.certificate.document_sha256:
        yield f"SHA-256 is {digest}"


def signature(record: CheckedRecord) -> Iterator[str]:
    """Check the signature, except on certificates from before badges existed: they were not signed."""
    finding = record.site.signer.check(record.certificate.document)
    if record.badge and finding is not SignatureFinding.INTACT:
        yield finding


def attachment(record: CheckedRecord) -> Iterator[str]:
    if record.badge:
        badge = attached(record.certificate.document)
        if badge != str(record.certificate.credential).encode():
            yield "the document has none" if badge is None else "the document has another one"


def badge(record: CheckedRecord) -> Iterator[str]:
    certificate = record.certificate
    if certificate.credential is None:
        if certificate.issuer is not None or certificate.status_index is not None:
            yield "no badge, but the register names its issuer or status"
        return
    if not record.badge or not record.site.issuer.signed(record.badge):
        yield "no key of this site signed this badge"
    elif record.badge["issuer"]["id"] != certificate.issuer:
        yield f"issuer: {record.badge['issuer']['id']}, in the register {certificate.issuer}"


def badge_facts(record: CheckedRecord) -> Iterator[str]:
    if not record.badge:
        return
    stated, subject = record.facts, record.badge["credentialSubject"]
    names = [one["identityHash"] for one in subject["identifier"] if not one["hashed"]]
    completed_on, last_day = (
        _day_of(moment, stated) for moment in (subject["activityEndDate"], record.badge.get("validUntil"))
    )
    values = {one["resultDescription"].partition("#")[2]: one.get("value") for one in subject["result"]}
    by_mode = {mode: facts.hours(minutes) for mode, minutes in stated.minutes.items() if minutes}
    yield from differences(
        {
            "address": (record.badge["id"], f"{stated.verify_url}#credential"),
            "name": (names, [stated.name]),
            "course": (subject["achievement"]["name"], stated.course_title),
            "version": (subject["achievement"]["version"], stated.course_version),
            "hours": (subject["creditsEarned"], float(facts.hours(stated.total_minutes))),
            "hours by mode": ({mode: value for mode, value in values.items() if value}, by_mode),
            "completed on": (completed_on, stated.completed_on),
            "last day": (last_day, stated.valid_until),
            "issued at": (record.badge["awardedDate"], instant(stated.awarded_at)),
        }
    )


def _day_of(moment: str | None, stated: Facts) -> date | None:
    return local_day(datetime.fromisoformat(moment), stated) if moment else None


def status(record: CheckedRecord) -> Iterator[str]:
    if record.badge:
        base = record.facts.verify_url.rsplit("/verify/", 1)[0]
        entry, index = record.badge["credentialStatus"], record.certificate.status_index
        if index is None or entry != status_list.entry(base, index):
            yield f"{entry['id']}, in the register index {index}"

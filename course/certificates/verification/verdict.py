"""Whether a file is a certificate issued here and unchanged, compared with the certificates whose numbers it names."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from course.certificates.credentials import foreign_badge, pdf_signing, rules
from course.certificates.credentials.issuer import Issuer
from course.certificates.credentials.pdf_signing import DocumentSigner
from course.certificates.issuing import picture
from course.certificates.issuing.facts import Facts
from course.certificates.issuing.models import Certificate
from course.certificates.verification.uploaded_file import FileKind, UploadedFile, is_same

MAX_FAULTS = 20  # a badge can have thousands


class Finding(StrEnum):
    ISSUED = "issued here and unchanged"
    OTHER_PICTURE = "a badge of ours, unchanged, in another picture"
    CHANGED = "not as it was issued here"
    UNLISTED = "signed here, but not on record"
    FOREIGN = "not issued here"
    UNREADABLE = "unreadable"

    @property
    def status(self) -> str | None:
        """Return the file's status in one word; None for an unchanged file, which has that of its certificate."""
        return STATUSES.get(self)


STATUSES = {
    Finding.OTHER_PICTURE: "altered",
    Finding.CHANGED: "altered",
    Finding.UNLISTED: "unlisted",
    Finding.FOREIGN: "foreign",
    Finding.UNREADABLE: "unreadable",
}


@dataclass(frozen=True)
class Verdict:
    """`certificate`: the one that the file is or names. `issuer`: whom the badge of another issuer names.

    `faults`: why the file can't be read, or what is wrong with the badge of another issuer.
    `is_too_large_to_check`: the signature of another issuer's badge was not checked.
    """

    finding: Finding
    certificate: Certificate | None = None
    issuer: str | None = None
    faults: tuple[str, ...] = ()
    is_too_large_to_check: bool = False


def judge(
    file: UploadedFile,
    data: bytes,
    named: Sequence[Certificate],
    *,
    issuer: Issuer,
    signer: DocumentSigner,
    now: datetime,
) -> Verdict:
    """Return the verdict. `named`: the certificate whose document the file is, or those whose numbers it names."""
    if file.kind is FileKind.PDF:
        return _of_document(data, named, signer)
    return _of_badge(file, data, named, issuer, now)


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _of_document(data: bytes, named: Sequence[Certificate], signer: DocumentSigner) -> Verdict:
    if named:
        is_issued = named[0].document_sha256 == digest_of(data)
        return Verdict(Finding.ISSUED if is_issued else Finding.CHANGED, named[0])
    signed = signer.check(data)
    if signed is pdf_signing.SignatureFinding.FOREIGN:
        return Verdict(Finding.FOREIGN)
    return Verdict(Finding.UNLISTED if signed is pdf_signing.SignatureFinding.INTACT else Finding.CHANGED)


def _of_badge(file: UploadedFile, data: bytes, named: Sequence[Certificate], issuer: Issuer, now: datetime) -> Verdict:
    for certificate in named:
        if file.badge and certificate.credential and is_same(file.badge, json.loads(certificate.credential)):
            return Verdict(
                Finding.ISSUED if _is_original_picture(file, data, certificate) else Finding.OTHER_PICTURE, certificate
            )
    if named:
        return Verdict(Finding.CHANGED, named[0])
    if file.badge is None:
        return Verdict(Finding.UNREADABLE, faults=(file.fault or "",))
    key, is_checkable = foreign_badge.named_key(file.badge), foreign_badge.is_checkable(file.badge)
    if key in {one.public for one in issuer.keys}:  # what is issued here is always small enough
        is_signed_here = is_checkable and foreign_badge.is_valid(file.badge, key or "")
        return Verdict(Finding.UNLISTED if is_signed_here else Finding.CHANGED)
    faults = _faults(file.badge, key if is_checkable else None, now)
    return Verdict(Finding.FOREIGN, None, _issuer(file.badge), tuple(faults), not is_checkable)


def _is_original_picture(file: UploadedFile, data: bytes, certificate: Certificate) -> bool:
    """Return whether a picture equals the one for download: only the badge in it is signed, not what it shows."""
    facts, credential = Facts.from_json(certificate.facts), certificate.credential or ""
    if file.kind is FileKind.PNG:
        return data == picture.baked_png(facts, credential)
    if file.kind is FileKind.SVG:
        return data == picture.baked_svg(facts, credential)
    return True


def _issuer(badge: dict[str, Any]) -> str | None:
    issuer = badge.get("issuer")
    names = [issuer.get("name"), issuer.get("id")] if isinstance(issuer, dict) else [issuer]
    return next((name for name in names if isinstance(name, str) and name.strip()), None)


def _faults(badge: dict[str, Any], key: str | None, now: datetime) -> list[str]:
    if found := rules.faults(badge):
        return found[:MAX_FAULTS]
    if "validUntil" in badge and datetime.fromisoformat(badge["validUntil"]) < now:
        return ["It has expired."]
    if key and not foreign_badge.is_valid(badge, key):
        return ["It was changed after it was signed."]
    return []

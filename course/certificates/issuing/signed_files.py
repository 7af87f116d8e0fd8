"""Make and sign the two files of a certificate: the badge and the document."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from course.certificates.credentials import rules
from course.certificates.credentials.issuer import Issuer
from course.certificates.credentials.pdf_signing import DocumentSigner
from course.certificates.issuing import badge, pdf
from course.certificates.issuing.facts import Facts
from course.certificates.issuing.pdf import BUILT_IN


class BadgeInvalid(Exception):
    """Other verifiers would reject the badge, because of a wrong fact in a course file or a bug."""


@dataclass(frozen=True)
class Plan:
    """Everything that a certificate is made from.

    `completion`: what the request behind it records. `salt` hides the holder's email in the badge.
    """

    facts: Facts
    completion: Mapping[str, Any]
    email: str
    salt: str
    status_index: int
    template: pdf.Template = BUILT_IN


@dataclass(frozen=True)
class SignedFiles:
    """The signed Open Badge and the signed PDF with the badge attached, byte for byte as they are stored."""

    credential: str
    document: bytes


def make(plan: Plan, issuer: Issuer, signer: DocumentSigner) -> SignedFiles:
    """Return the signed files. Raise BadgeInvalid, pdf.NameNotPrintable or compiler.BrokenTemplate."""
    credential = signed_badge(plan, issuer)
    return SignedFiles(credential, signer.sign(pdf.render(plan.facts, credential, plan.template)))


def signed_badge(plan: Plan, issuer: Issuer) -> str:
    """Return the signed badge as JSON. Raise BadgeInvalid."""
    unsigned = badge.credential(
        plan.facts, issuer=issuer.did, email=plan.email, salt=plan.salt, status_index=plan.status_index
    )
    if faults := rules.faults(unsigned):
        raise BadgeInvalid(" ".join(faults))
    return json.dumps(issuer.sign(unsigned, plan.facts.issued_at), ensure_ascii=False, indent=1)

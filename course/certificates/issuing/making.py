"""From a request to the row of the register: what it states, its number, its document. Adds nothing."""

import hashlib
import json
import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from course.certificates.approvals import queries as approvals
from course.certificates.approvals.coverage import Offering
from course.certificates.credentials import rules, status_list
from course.certificates.credentials.issuer import Issuer
from course.certificates.credentials.pdf_signing import DocumentSigner
from course.certificates.issuing import award, badge, numbers, pdf, queries
from course.certificates.issuing.facts import Approval, Facts
from course.certificates.issuing.models import Certificate, Correction, Request
from course.certificates.issuing.pdf import OURS
from course.certificates.issuing.templates import set_aside
from course.content.queries import catalog
from course.learning.review import queries as reviews
from course.people.accounts import queries as accounts
from course.people.accounts.models import User
from course.platform.typesetting import compiler, letters
from course.platform.web import Refused
from course.site import site


class AwaitsReview(Refused):
    message = "The content of this course awaits clinical review, and the provider issues no certificate before that."


class NameNotPrintable(Refused):
    def __init__(self, why: str) -> None:
        super().__init__(f"{why} It can be issued with the name in Latin letters, as on the license.")


class Unreadable(Exception):
    """What would be signed is no badge as others read it: a fact of the course file, or this code, is wrong."""


class FactNotPrintable(Refused):
    def __init__(self, why: str) -> None:
        super().__init__(f"The certificate can't be printed: {why}. Mend that fact in the course or with the provider.")


class TemplateFell(Refused):
    message = (
        "The provider's template failed on this certificate and was set aside for the one before it. Ask once more."
    )


@dataclass(frozen=True)
class Plan:
    """All that a certificate is made from, so that making it needs no database."""

    facts: Facts
    email: str
    salt: str
    status_index: int
    template: pdf.Template = OURS


@dataclass(frozen=True)
class Made:
    """The signed Open Badge and the signed document with the badge in it, to the byte as they are kept."""

    credential: str
    document: bytes


def plan(
    request: Request,
    *,
    actor: User | None,
    now: datetime,
    name: str | None = None,
    issue_on: date | None = None,
    corrects: Certificate | None = None,
) -> Plan:
    """`actor` None: issued at once. `name`: in place of the attested one. `issue_on`: the date, where it is set back.

    `corrects`: the certificate whose place it takes. Raises AwaitsReview where none was issued before.
    """
    if corrects and (before := Facts.from_json(corrects.facts)).is_dated_back:
        issue_on = before.issued_on
    person = accounts.person(request.user_id)
    template = site().templates.in_force()
    return Plan(
        facts=_facts(
            request,
            actor,
            now,
            name=letters.tidy(name or request.attested_name),
            issued_on=issue_on,
            template_version=template.version,
            reviews=_reviews(request, refuse_unreviewed=corrects is None),
        ),
        template=template,
        email=person.email,
        salt=secrets.token_urlsafe(16),
        status_index=_free_status_index(),
    )


def make(plan: Plan, issuer: Issuer, signer: DocumentSigner) -> Made:
    """Raises Unreadable for a badge that others would refuse, NameNotPrintable, FactNotPrintable, and TemplateFell.

    After TemplateFell another template is in force.
    """
    signed = signed_badge(plan, issuer)
    return Made(signed, signer.sign(printed(plan, signed)))


def printed(plan: Plan, credential: str) -> bytes:
    """The document with the badge in it, not signed yet. Raises as `make` does."""
    try:
        return pdf.render(plan.facts, credential, plan.template)
    except pdf.NameNotPrintable as error:
        raise NameNotPrintable(str(error)) from None
    except compiler.BrokenTemplate as error:
        if plan.template == OURS:
            raise FactNotPrintable(str(error)) from error
        set_aside(plan.template, str(error))
        raise TemplateFell from error


def signed_badge(plan: Plan, issuer: Issuer) -> str:
    """As it is kept. Raises Unreadable."""
    unsigned = badge.credential(
        plan.facts, issuer=issuer.did, email=plan.email, salt=plan.salt, status_index=plan.status_index
    )
    if faults := rules.faults(unsigned):
        raise Unreadable(" ".join(faults))
    return json.dumps(issuer.sign(unsigned, plan.facts.issued_at), ensure_ascii=False, indent=1)


def row(
    request: Request, plan: Plan, made: Made, *, supersedes: Certificate | None = None, why: Correction | None = None
) -> Certificate:
    """The row of the register, not added yet."""
    facts = plan.facts
    return Certificate(
        code=facts.code,
        revision=supersedes.revision + 1 if supersedes else 1,
        supersedes_id=supersedes.id if supersedes else None,
        supersedes_why=why,
        user_id=request.user_id,
        course_id=request.course_id,
        cycle=request.cycle,
        request_id=request.id,
        name=facts.name,
        facts=facts.to_json(),
        content_hash=facts.content_hash,
        template_version=facts.template_version,
        document=made.document,
        document_sha256=hashlib.sha256(made.document).hexdigest(),
        credential=made.credential,
        issuer=site().issuer.did,
        status_index=plan.status_index,
        valid_until=facts.valid_until,
        issued_at=facts.issued_at,
        issued_by=facts.issued_by,
    )


def _facts(request: Request, actor: User | None, now: datetime, **more: Any) -> Facts:
    """`more`: as in award.facts."""
    license_ = accounts.license_of(request.license_id)
    code = numbers.code_from(secrets.token_bytes(10))
    return award.facts(
        code=code,
        cycle=request.cycle,
        course_id=request.course_id,
        license_=award.License(license_.profession, license_.number if request.print_license else None),
        state=catalog().jurisdictions[license_.jurisdiction],
        completion=request.completion,
        approvals=approvals_named(request),
        content_hash=request.content_hash,
        provider=catalog().provider,
        completed_at=request.completed_at,
        issued_at=now,
        issued_by=actor.legal_name if actor else "Issued automatically on completion",
        verify_url=verify_url(code),
        **more,
    )


def approvals_named(request: Request) -> tuple[Approval, ...]:
    """What was approved in the states of the person's licenses on the day of completion, as far as it was completed so.

    That day is the one which the certificate prints.
    """
    license_, done = accounts.license_of(request.license_id), request.completion
    person = accounts.person(request.user_id)
    states = dict.fromkeys([license_.jurisdiction, *(one.jurisdiction for one in person.licenses)])
    day = award.date_in(catalog().jurisdictions[license_.jurisdiction].time_zone, request.completed_at)
    completed = Offering(done["version"], request.content_hash, done["minutes"], done["instructor"])
    found = approvals.covering(request.course_id, completed, states, day)
    return tuple(Approval(state=state, number=one.number, approver=one.approver) for state, one in found)


def name_refusal(name: str) -> str | None:
    """Why the name can't be printed with the template in force, in a sentence; None where it can."""
    sample = site().templates.samples["plain"][1]
    return pdf.refusal(replace(sample, name=letters.tidy(name)), site().templates.in_force())


def _free_status_index() -> int:
    """Drawn, so that a status list tells neither order nor number; each list is half full before the next begins."""
    half = status_list.SIZE // 2
    first = queries.newest_id() // half * status_list.SIZE
    while True:
        drawn = {first + secrets.randbelow(status_list.SIZE) for _ in range(8)}
        if free := drawn - queries.taken_status_indexes(drawn):
            return free.pop()


def _reviews(request: Request, *, refuse_unreviewed: bool) -> dict[str, str]:
    """Who signed the content that was studied, by its digest; a provider may want it signed first."""
    digests = [module.get("reviewed_digest", "") for module in request.completion["modules"]]
    signed = reviews.by_digest(digests)
    if refuse_unreviewed and not catalog().provider.certify_unreviewed and set(digests) - signed.keys():
        raise AwaitsReview
    return {digest: f"{review.name}, {review.credentials}, {review.at:%Y-%m-%d}" for digest, review in signed.items()}


def verify_url(code: str) -> str:
    return f"{site().base_url}/verify/{code}"

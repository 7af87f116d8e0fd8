"""Make a certificate. Every certificate is made in the same three steps.

Plan: read what the certificate will state, in a short transaction. Make: typeset and sign the badge and the document,
which takes a tenth of a second or more; no transaction is open, so no other writer waits. Register: lock the holder,
check again that the certificate is still needed, and add it to the register.

A caller that decides something by issuing a certificate, such as a name correction, passes that decision as `decide`.
It runs in the transaction that adds the certificate, so neither is ever on record without the other.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from course.certificates.issuing import pdf, queries, signed_files
from course.certificates.issuing.models import Certificate, Correction, Request
from course.certificates.issuing.signed_files import Plan, SignedFiles
from course.certificates.issuing.templates import set_aside
from course.people.accounts.models import User
from course.platform import db, decisions
from course.platform.db import unit_of_work
from course.platform.typesetting.compiler import BrokenTemplate
from course.platform.web import Refused
from course.site import site

Decision = Callable[[], object]


class NameNotPrintable(Refused):
    def __init__(self, why: str) -> None:
        super().__init__(f"{why} Issue it with the name in Latin letters, as on the license.")


class FactNotPrintable(Refused):
    def __init__(self, why: str) -> None:
        super().__init__(f"The certificate can't be printed: {why}. Correct that in the course or provider file.")


class PlanOutdated(Exception):
    """The record behind the certificate changed while it was made."""


class _TemplateFailed(Exception):
    """The template failed, and the one before it is now in use."""


@dataclass(frozen=True, kw_only=True)
class Case(ABC):
    """One certificate to make. Both steps run in a transaction; in `register` the holder is locked."""

    holder_id: int
    actor: User | None
    now: datetime
    decide: Decision | None

    @abstractmethod
    def plan(self) -> Plan | Certificate:
        """Return what to make, or the certificate that was issued already."""

    @abstractmethod
    def register(self, plan: Plan, files: SignedFiles) -> Certificate:
        """Add the certificate if it is still needed."""


def make_certificate(case: Case) -> Certificate:
    """Plan, make and register a certificate. Raise OwnRecord if the actor is the holder.

    Raise UnitOfWorkOpen if the caller holds a transaction open.
    """
    db.require_no_unit_of_work()
    decisions.require_another(case.actor, case.holder_id)
    while True:
        plan = _plan(case)
        if isinstance(plan, Certificate):
            return plan
        with suppress(_TemplateFailed, PlanOutdated):
            files = _make(plan)
            try:
                return _register(case, plan, files)
            except IntegrityError:
                # Nothing reserves a status bit while badge and document are made, so another certificate may have
                # taken it. Then a new plan draws another bit. Any other conflict is a bug.
                if not queries.taken_status_indexes([plan.status_index]):
                    raise


@unit_of_work
def _plan(case: Case) -> Plan | Certificate:
    return case.plan()


def _make(plan: Plan) -> SignedFiles:
    try:
        return signed_files.make(plan, site().issuer, site().signer)
    except pdf.NameNotPrintable as error:
        raise NameNotPrintable(str(error)) from None
    except BrokenTemplate as error:
        if plan.template == pdf.BUILT_IN:
            raise FactNotPrintable(str(error)) from error
        set_aside(plan.template, str(error))
        raise _TemplateFailed from error


@unit_of_work
def _register(case: Case, plan: Plan, files: SignedFiles) -> Certificate:
    db.locked(User, case.holder_id)  # the first lock, so that two requests of one person take turns
    if case.decide:
        case.decide()
    return case.register(plan, files)


def add(
    request: Request,
    plan: Plan,
    files: SignedFiles,
    *,
    replaced: Certificate | None = None,
    why: Correction | None = None,
) -> Certificate:
    """Add the row to the register. `replaced`: the certificate that it supersedes. Raise IntegrityError."""
    facts = plan.facts
    certificate = Certificate(
        code=facts.code,
        revision=replaced.revision + 1 if replaced else 1,
        supersedes_id=replaced.id if replaced else None,
        supersedes_why=why,
        user_id=request.user_id,
        course_id=request.course_id,
        cycle=request.cycle,
        request_id=request.id,
        name=facts.name,
        facts=facts.to_json(),
        content_hash=facts.content_hash,
        template_version=facts.template_version,
        document=files.document,
        document_sha256=hashlib.sha256(files.document).hexdigest(),
        credential=files.credential,
        issuer=site().issuer.did,
        status_index=plan.status_index,
        valid_until=facts.valid_until,
        issued_at=facts.issued_at,
        issued_by=facts.issued_by,
    )
    db.session.add(certificate)
    db.session.flush()
    return certificate

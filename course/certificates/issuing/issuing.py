"""Issue certificates: for a request, and in place of another certificate."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from course.certificates.directory import actions as directory
from course.certificates.issuing import (
    certificate_actions,
    ending,
    hours_queries,
    plan_queries,
    queries,
    request_actions,
    request_queries,
)
from course.certificates.issuing.certificate_actions import Case, Decision, make_certificate
from course.certificates.issuing.facts import Facts
from course.certificates.issuing.mail_actions import put_mail
from course.certificates.issuing.models import Certificate, Correction, Request, RequestState, Standing
from course.certificates.issuing.signed_files import Plan, SignedFiles
from course.content.queries import catalog, course_of
from course.people.accounts import queries as accounts
from course.people.accounts.models import User
from course.people.accounts.name_parts import LegalName, NameParts
from course.platform import db
from course.platform.audit.log import Event, record
from course.platform.web import Refused


class RequestDecided(Refused):
    message = "This request was already decided."


class EmailNotConfirmed(Refused):
    message = "The email address of this account is not confirmed yet."


class AwaitsReview(Refused):
    message = "The content of this course is waiting for clinical review. No certificate can be issued before that."


class ShortTime(Refused):
    message = (
        "Too little time is on record for a module. Open the request, look at the evidence, and give a reason to issue "
        "the certificate, or reject the request."
    )


class NamePrintable(Refused):
    message = "The signed name can be printed, so the certificate must show that name."


@dataclass(frozen=True)
class LatinName:
    """A legal name in Latin letters for one that can't be printed, and how the administrator verified it."""

    parts: NameParts
    reason: str


def issue(
    request: Request,
    *,
    actor: User | None,
    now: datetime,
    bulk: bool = False,
    issue_on: date | None = None,
    latin: LatinName | None = None,
    license_checked: date | None = None,
    decide: Decision | None = None,
) -> Certificate:
    """Issue the certificate of a request, or return the one that was issued already.

    `actor` None: issued automatically. `bulk`: send the mail after other mails. `issue_on`: an earlier date of issue
    that two administrators approved. `license_checked`: when the license was looked up with its board. With `decide`,
    raise RequestDecided if another request issued the certificate first.
    """
    if latin:
        _require_unprintable(request)
    return make_certificate(
        _Issue(
            holder_id=request.user_id,
            actor=actor,
            now=now,
            decide=decide,
            request_id=request.id,
            bulk=bulk,
            issue_on=issue_on,
            latin=latin,
            license_checked=license_checked,
        )
    )


def supersede(
    certificate: Certificate,
    why: Correction,
    note: str,
    *,
    actor: User,
    now: datetime,
    name: LegalName | None = None,
    decide: Decision | None = None,
) -> Certificate:
    """Replace a certificate that is no longer correct; the old number then points to the new one.

    Signature, license and cycle stay the same. So does the completion, except after a rescoring: then it is what the
    person's record shows now. `name`: the corrected name. Raise EndedAlready, or NotComplete if the person no
    longer meets the requirements of the course.
    """
    return make_certificate(
        _Replacement(
            holder_id=certificate.user_id,
            actor=actor,
            now=now,
            decide=decide,
            certificate_id=certificate.id,
            why=why,
            note=note,
            name=name,
        )
    )


def issue_waiting(now: datetime) -> None:
    """Issue automatic certificates that were refused for a reason that no longer applies. Safe to repeat."""
    automatic = [course.id for course in catalog().courses.values() if course.certificate == "at_once"]
    for request in queries.waiting_of(automatic):
        with suppress(Refused):
            issue(request, actor=None, now=now)


def _require_unprintable(request: Request) -> None:
    name = request.attested_name
    db.release()  # typesetting a page takes a while
    if plan_queries.name_refusal(name) is None:
        raise NamePrintable


@dataclass(frozen=True, kw_only=True)
class _Issue(Case):
    request_id: int
    bulk: bool
    issue_on: date | None
    latin: LatinName | None
    license_checked: date | None

    def plan(self) -> Plan | Certificate:
        request = db.session.get_one(Request, self.request_id)
        if existing := self._issued(request):
            return existing
        if not catalog().provider.certify_unreviewed and not plan_queries.is_reviewed(request.completion):
            raise AwaitsReview
        name = self.latin.parts.whole if self.latin else LegalName(request.attested_name, request.name_parts)
        return plan_queries.plan_of(request, name=name, issue_on=self.issue_on, actor=self.actor, now=self.now)

    def _issued(self, request: Request) -> Certificate | None:
        """Return the certificate if there is one already. Raise a refusal if none may be issued."""
        existing = queries.find_award(request.user_id, request.course_id, request.cycle)
        if existing and not self.decide:
            return existing
        if request.state != RequestState.WAITING:
            raise RequestDecided
        if accounts.person(request.user_id).email_confirmed_at is None:
            raise EmailNotConfirmed
        if request.is_short and request.short_reason is None:
            raise ShortTime
        hours_queries.require_new_hours(request, self.now)
        return None

    def register(self, plan: Plan, files: SignedFiles) -> Certificate:
        request = db.locked(Request, self.request_id)
        if existing := self._issued(request):
            return existing
        certificate = certificate_actions.add(request, plan, files)
        request.state, request.decided_at, request.decided_by = RequestState.ISSUED, self.now, certificate.issued_by
        self._record(request, certificate)
        put_mail(
            request,
            "certificate-issued",
            certificate.code,
            self.now,
            rank=int(self.bulk),
            link=plan.facts.verify_url,
            latin_name=self.latin.parts.printed if self.latin else None,
        )
        return certificate

    def _record(self, request: Request, certificate: Certificate) -> None:
        subject, checked = f"certificate:{certificate.code}", self.license_checked
        record(
            Event.CERTIFICATE_ISSUED,
            self.actor,
            subject,
            person_id=request.user_id,
            now=self.now,
            course=request.course_id,
            content_hash=certificate.content_hash,
            document_sha256=certificate.document_sha256,
            before=RequestState.WAITING,
            after=RequestState.ISSUED,
            license_checked=checked.isoformat() if checked else None,
        )
        if self.latin:
            record(
                Event.NAME_SET_IN_LATIN,
                self.actor,
                subject,
                person_id=request.user_id,
                now=self.now,
                before=request.attested_name,
                after=certificate.name,
                reason=self.latin.reason,
            )


@dataclass(frozen=True, kw_only=True)
class _Replacement(Case):
    certificate_id: int
    why: Correction
    note: str
    name: LegalName | None

    def plan(self) -> Plan:
        certificate = db.session.get_one(Certificate, self.certificate_id)
        if not queries.is_not_ended(certificate.id):
            raise ending.EndedAlready
        request = self._request(certificate)
        hours_queries.require_new_hours(request, self.now, instead_of=certificate)
        name = self.name or LegalName(certificate.name, Facts.from_json(certificate.facts).name_parts)
        issue_on = certificate.backdated_to
        return plan_queries.plan_of(request, name=name, issue_on=issue_on, actor=self.actor, now=self.now)

    def _request(self, certificate: Certificate) -> Request:
        """Return the request behind the certificate; after a rescoring, a new one with the same signature."""
        signed = queries.request_behind(certificate)
        if self.why is not Correction.RESCORED:
            return signed
        person, course = accounts.person(signed.user_id), course_of(signed.course_id)
        renewed = request_queries.completed_request(person, course, signed.cycle, request_queries.signature_of(signed))
        renewed.short_reason = signed.short_reason
        return renewed

    def register(self, plan: Plan, files: SignedFiles) -> Certificate:
        certificate = db.session.get_one(Certificate, self.certificate_id)
        before = ending.lock_standing(certificate, self.now)
        request = self._request(certificate)
        if request.completion != plan.completion:
            raise certificate_actions.PlanOutdated
        hours_queries.require_new_hours(request, self.now, instead_of=certificate)
        if self.why is Correction.RESCORED:
            request_actions.add(request, actor=self.actor, now=self.now)
            request.state, request.decided_at, request.decided_by = RequestState.ISSUED, self.now, plan.facts.issued_by
        successor = certificate_actions.add(request, plan, files, replaced=certificate, why=self.why)
        facts = plan.facts
        directory.relist(certificate.award, name=facts.name, state=facts.license_state)
        self._record(certificate, successor, before)
        put_mail(
            request,
            "certificate-superseded",
            successor.code,
            self.now,
            code=certificate.code,
            reason=self.why.words,
            link=facts.verify_url,
        )
        return successor

    def _record(self, certificate: Certificate, successor: Certificate, before: Standing) -> None:
        record(
            Event.CERTIFICATE_SUPERSEDED,
            self.actor,
            f"certificate:{certificate.code}",
            person_id=certificate.user_id,
            now=self.now,
            reason=f"{self.why}: {self.note}",
            successor=successor.code,
            document_sha256=successor.document_sha256,
            before=before,
            after="superseded",
        )

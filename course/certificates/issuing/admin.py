"""Certificate requests, the register and the template, in the console."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.certificates.issuing import (
    ending,
    hours_queries,
    issuing,
    pdf,
    plan_queries,
    queries,
    requesting,
    template_actions,
)
from course.certificates.issuing.completion_record import short_of
from course.certificates.issuing.facts import Facts
from course.certificates.issuing.forms import LatinForm, ReissueForm, RejectForm, RevokeForm, ShortTimeForm
from course.certificates.issuing.models import Correction, Reason, RequestState
from course.certificates.issuing.samples import BADGE
from course.certificates.issuing.templates import set_aside
from course.content.queries import catalog
from course.people.accounts import queries as accounts
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.queries import found_or_404, page_number
from course.platform.sent_forms import once
from course.platform.typesetting.compiler import BrokenTemplate
from course.platform.web import NotFound, Refused
from course.site import site

bp = Blueprint("issuing_admin", __name__, url_prefix="/admin")
PAGE_SIZE = 25
PREVIEW_PPI = 96


@bp.get("/requests/")
@requires(Permission.CERTIFICATE_DECIDE)
def queue() -> ResponseReturnValue:
    page = queries.waiting(page=page_number(), size=PAGE_SIZE)
    return render_template(
        "certificates/issuing/queue.html",
        page=page,
        people=accounts.people_of([one.user_id for one in page.rows]),
        doubles=accounts.also_held_by([one.license for one in page.rows]),
    )


@bp.post("/requests/issue")
@requires(Permission.CERTIFICATE_DECIDE, fresh=True)
@once
def issue() -> ResponseReturnValue:
    """Issue the selected requests, each in its own transaction, so that one refusal does not stop the others."""
    codes = _selected_codes()
    if not codes:
        flash("Select at least one request to issue.", "warn")
    issued, checked = 0, clock.now().date() if "license_checked" in request.form else None
    for code in codes:
        asked = queries.request_of(code)
        try:
            issuing.issue(asked, actor=me(), now=clock.now(), license_checked=checked)
            issued += 1
        except Refused as refusal:
            flash(f"Not issued to {asked.attested_name}: {refusal.message}", "danger")
    if issued:
        flash(f"{issued} {'certificate' if issued == 1 else 'certificates'} issued.", "ok")
    return redirect(url_for(".queue"), 303)


def _selected_codes() -> list[UUID]:
    try:
        return [UUID(code) for code in request.form.getlist("request")]
    except ValueError:
        raise NotFound from None


@bp.get("/requests/<uuid:code>")
@requires(Permission.CERTIFICATE_DECIDE)
def request_page(code: UUID) -> ResponseReturnValue:
    return _request_page(code)


def _request_page(
    code: UUID,
    form: RejectForm | None = None,
    latin: LatinForm | None = None,
    short: ShortTimeForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    asked = queries.request_of(code)
    person = accounts.person(asked.user_id)
    award = queries.find_award(asked.user_id, asked.course_id, asked.cycle)
    page = render_template(
        "certificates/issuing/request_page.html",
        asked=asked,
        person=person,
        award=award,
        form=form or RejectForm(formdata=None),
        latin=latin or LatinForm(formdata=None),
        short=short or ShortTimeForm(formdata=None),
        short_modules=short_of(asked.completion),
        refusal=plan_queries.name_refusal(asked.attested_name) if asked.state == RequestState.WAITING else None,
        hours_refusal=hours_queries.hours_refusal(asked, clock.now()) if asked.state == RequestState.WAITING else None,
        approvals=plan_queries.approvals_of(asked),
        state=catalog().licensing_places[asked.license.jurisdiction],
        doubles=accounts.also_held_by([asked.license])[asked.license.id],
        today=clock.now().date(),
    )
    return page, status


@bp.post("/requests/<uuid:code>/latin")
@requires(Permission.CERTIFICATE_DECIDE, fresh=True)
@once
def issue_in_latin(code: UUID) -> ResponseReturnValue:
    form = LatinForm()
    if not form.validate_on_submit():
        return _request_page(code, latin=form, status=422)
    latin = issuing.LatinName(form.name_parts, form.latin_reason.data)
    issued = issuing.issue(queries.request_of(code), actor=me(), now=clock.now(), latin=latin)
    flash(f"Issued to {issued.name}.", "ok")
    return redirect(url_for(".certificate", code=issued.code), 303)


@bp.post("/requests/<uuid:code>/short-time")
@requires(Permission.CERTIFICATE_DECIDE, fresh=True)
@once
def accept_short_time(code: UUID) -> ResponseReturnValue:
    form = ShortTimeForm()
    if not form.validate_on_submit():
        return _request_page(code, short=form, status=422)
    requesting.accept_short_time(queries.request_of(code), form.short_reason.data, actor=me(), now=clock.now())
    flash("Your reason is on record. The certificate can be issued now.", "ok")
    return redirect(url_for(".request_page", code=code), 303)


@bp.post("/requests/<uuid:code>/reject")
@requires(Permission.CERTIFICATE_DECIDE, fresh=True)
@once
def reject(code: UUID) -> ResponseReturnValue:
    form = RejectForm()
    if not form.validate_on_submit():
        return _request_page(code, form, status=422)
    requesting.reject(queries.request_of(code), form.reason.data, actor=me(), now=clock.now())
    flash("Rejected. The therapist is notified by email with the reason.", "ok")
    return redirect(url_for(".queue"), 303)


@bp.get("/certificates/")
@requires(Permission.CERTIFICATE_DECIDE)
def register() -> ResponseReturnValue:
    page = queries.latest(page=page_number(), size=PAGE_SIZE)
    return render_template("certificates/issuing/register.html", page=page, now=clock.now())


@bp.get("/certificates/<code>")
@requires(Permission.CERTIFICATE_DECIDE)
def certificate(code: str) -> ResponseReturnValue:
    return _certificate_page(code)


def _certificate_page(
    code: str, form: RevokeForm | None = None, reissue: ReissueForm | None = None, status: int = 200
) -> ResponseReturnValue:
    certificate = queries.certificate_of(code)
    person = accounts.people_of([certificate.user_id]).get(certificate.user_id)
    facts = Facts.from_json(certificate.facts)
    page = render_template(
        "certificates/issuing/certificate.html",
        certificate=certificate,
        standing=certificate.standing_at(clock.now()),
        facts=facts,
        person=person,
        form=form or RevokeForm(formdata=None),
        reissue=reissue or ReissueForm(formdata=None),
    )
    return page, status


@bp.post("/certificates/<code>/revoke")
@requires(Permission.CERTIFICATE_DECIDE, fresh=True)
@once
def revoke(code: str) -> ResponseReturnValue:
    form = RevokeForm()
    if not form.validate_on_submit():
        return _certificate_page(code, form, status=422)
    certificate = queries.certificate_of(code)
    ending.revoke(certificate, Reason(form.reason.data), form.note.data, actor=me(), now=clock.now())
    flash("Revoked. The holder is notified by email.", "ok")
    return redirect(url_for(".certificate", code=certificate.code), 303)


@bp.post("/certificates/<code>/reissue")
@requires(Permission.CERTIFICATE_DECIDE, fresh=True)
@once
def reissue(code: str) -> ResponseReturnValue:
    """Reissue the certificate for the same completion, with the provider and approvals as they are now."""
    form = ReissueForm()
    if not form.validate_on_submit():
        return _certificate_page(code, reissue=form, status=422)
    certificate = queries.certificate_of(code)
    new = issuing.supersede(certificate, Correction.DOCUMENT, form.error.data, actor=me(), now=clock.now())
    flash(f"Reissued as {new.code}. The holder is notified by email.", "ok")
    return redirect(url_for(".certificate", code=new.code), 303)


@bp.get("/template")
@requires(Permission.TEMPLATE)
def template() -> ResponseReturnValue:
    """Show samples of the provider's files if they can be used, else of the template in use."""
    templates = site().templates
    draft, in_force = templates.draft(), templates.in_force()
    shown = in_force if draft is None or draft.fault else found_or_404(templates.kept(draft.digest))
    try:
        samples = {slug: (title, _sizes(facts, shown)) for slug, (title, facts) in templates.samples.items()}
    except BrokenTemplate as error:  # it worked before, but Typst or a font has changed since
        set_aside(shown, str(error))
        return redirect(url_for(".template"), 303)
    return render_template(
        "certificates/issuing/template.html",
        draft=draft,
        in_force=in_force,
        shown=shown,
        built_in=pdf.BUILT_IN,
        choice_fault=templates.choice_fault(),
        folder=templates.folder,
        samples=samples,
    )


def _sizes(facts: Facts, template: pdf.Template) -> list[tuple[int, int]]:
    """Return width and height of each page in tenths of an inch, so that the browser can reserve the space."""
    pages = pdf.pages(facts, BADGE, template, ppi=10)
    return [(int.from_bytes(page[16:20]), int.from_bytes(page[20:24])) for page in pages]


@bp.post("/template")
@requires(Permission.TEMPLATE, fresh=True)
@once
def choose_template() -> ResponseReturnValue:
    template_actions.choose_template(request.form.get("digest", ""), actor=me(), now=clock.now())
    flash("New certificates use this template. Issued certificates do not change.", "ok")
    return redirect(url_for(".template"), 303)


@bp.get("/template/<digest>/<slug>/<int:page>.png")
@requires(Permission.TEMPLATE)
def template_page(digest: str, slug: str, page: int) -> ResponseReturnValue:
    pages = pdf.pages(_sample(slug), BADGE, found_or_404(site().templates.kept(digest)), ppi=PREVIEW_PPI)
    if not 1 <= page <= len(pages):
        raise NotFound
    return Response(pages[page - 1], mimetype="image/png")


@bp.get("/template/<digest>/<slug>.pdf")
@requires(Permission.TEMPLATE)
def template_document(digest: str, slug: str) -> ResponseReturnValue:
    document = pdf.render(_sample(slug), BADGE, found_or_404(site().templates.kept(digest)))
    return Response(document, mimetype="application/pdf")


def _sample(slug: str) -> Facts:
    if slug not in site().templates.samples:
        raise NotFound
    return site().templates.samples[slug][1]

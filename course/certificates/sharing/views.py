"""The holder's page of a certificate, the links that show it to others, and the public directory of holders."""

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.certificates.directory import name_keys
from course.certificates.issuing import badge, picture
from course.certificates.issuing import queries as certificates
from course.certificates.issuing.facts import Facts
from course.certificates.issuing.models import Certificate
from course.certificates.sharing import actions, professional_profile, queries
from course.certificates.sharing.forms import LinkForm, VisibilityForm
from course.certificates.sharing.initials import initials_of
from course.certificates.sharing.queries import NameVisibility
from course.content.queries import catalog
from course.content.schema.territory import LicensingPlace
from course.platform import clock
from course.platform.access import Permission, me, public, requires
from course.platform.downloads import download
from course.platform.forms import form_page, go_to, refuse_field
from course.platform.queries import Page, found_or_404, page_number
from course.platform.sent_forms import once
from course.platform.throttle import limited
from course.platform.web import ANY_ORIGIN, Refused, unlisted
from course.site import site

bp = Blueprint("sharing", __name__)
shared_bp = Blueprint("sharing_public", __name__, url_prefix="/shared")
PICTURES = {"png": (picture.baked_png, "image/png"), "svg": (picture.baked_svg, "image/svg+xml")}
PAGE_SIZE = 25


@bp.get("/certificates/<code>")
@requires(Permission.CERTIFICATE_OWN)
def certificate(code: str) -> ResponseReturnValue:
    return _certificate_page(certificates.own_certificate(me(), code), LinkForm(formdata=None))


def _certificate_page(found: Certificate, form: LinkForm) -> ResponseReturnValue:
    facts = Facts.from_json(found.facts)
    return form_page(
        "certificates/sharing/certificate.html",
        certificate=found,
        facts=facts,
        standing=found.standing_at(clock.now()),
        links=queries.links_of(found),
        visibility=queries.visibility_of(found),
        initials=initials_of(facts),
        resume_line=professional_profile.resume_line(facts),
        linkedin_url=professional_profile.linkedin_url(facts),
        base_url=site().base_url,
        form=form,
    )


@bp.post("/certificates/<code>/links")
@requires(Permission.CERTIFICATE_OWN)
@once
def make_link(code: str) -> ResponseReturnValue:
    found, form = certificates.own_certificate(me(), code), LinkForm()
    if not form.validate_on_submit():
        return _certificate_page(found, form)
    try:
        actions.make_link(me(), found, form.label.data, now=clock.now())
    except Refused as refusal:
        refuse_field(form.label, refusal)
        return _certificate_page(found, form)
    flash(f"Link “{form.label.data}” created. Anyone with it can see the certificate until you end it.", "ok")
    return go_to(url_for(".certificate", code=found.code, _anchor="links"))


@bp.post("/certificates/<code>/links/<token>/end")
@requires(Permission.CERTIFICATE_OWN)
@once
def end_link(code: str, token: str) -> ResponseReturnValue:
    found = certificates.own_certificate(me(), code)
    actions.end_link(me(), found, token, now=clock.now())
    flash("Link ended. It no longer works.", "ok")
    return go_to(url_for(".certificate", code=found.code, _anchor="links"))


@bp.route("/certificates/<code>/public", methods=["GET", "POST"])
@requires(Permission.CERTIFICATE_OWN)
def publicity(code: str) -> ResponseReturnValue:
    found = certificates.own_certificate(me(), code)
    facts, standing = Facts.from_json(found.facts), found.standing_at(clock.now())
    form = VisibilityForm(
        found.name,
        initials_of(facts),
        queries.visibility_of(found),
        may_be_listed=standing.may_end,
    )
    if form.validate_on_submit():
        actions.set_visibility(me(), found, NameVisibility(form.shown.data), now=clock.now())
        flash("Saved.", "ok")
        return go_to(url_for(".certificate", code=found.code))
    return form_page(
        "certificates/sharing/publicity.html",
        certificate=found,
        facts=facts,
        standing=standing,
        form=form,
    )


@shared_bp.after_request
def _hide_link(response: Response) -> Response:
    return unlisted(response)


@shared_bp.get("/<token>")
@public
@limited
def certificate_page(token: str) -> ResponseReturnValue:
    found = queries.shared(token)
    return render_template(
        "certificates/sharing/shared.html",
        token=token,
        facts=Facts.from_json(found.facts),
        standing=found.standing_at(clock.now()),
    )


@shared_bp.get("/<token>/certificate.pdf")
@public
@limited
def document(token: str) -> ResponseReturnValue:
    found = queries.shared(token, file="document")
    return download(found.document, "application/pdf", f"certificate-{found.code}.pdf", inline=True)


@shared_bp.get("/<token>/badge.json")
@public
@limited
def credential(token: str) -> ResponseReturnValue:
    """Return the Open Badge. A wallet may read it from a page of its own."""
    _, credential = _badge(token)
    media_type = request.accept_mimetypes.best_match(badge.MEDIA_TYPES) or badge.MEDIA_TYPES[0]
    return Response(credential, mimetype=media_type, headers=ANY_ORIGIN)


@shared_bp.get("/<token>/badge.<any(png, svg):kind>")
@public
@limited
def badge_picture(token: str, kind: str) -> ResponseReturnValue:
    """Return a picture with the Open Badge in it."""
    certificate, credential = _badge(token)
    bake, media_type = PICTURES[kind]
    baked = bake(Facts.from_json(certificate.facts), credential)
    response = download(baked, media_type, f"certificate-{certificate.code}.{kind}")
    response.headers.update(ANY_ORIGIN)
    return response


def _badge(token: str) -> tuple[Certificate, str]:
    found = queries.shared(token, file="credential")
    return found, found_or_404(found.credential)


@bp.get("/directory/")
@public
@limited
def directory() -> ResponseReturnValue:
    """Show the search form, which search engines may index, or its result, which they may not."""
    state, name = catalog().licensing_places.get(request.args.get("state", "")), request.args.get("name", "")
    if not request.args:
        return _directory_page(None, "")
    begin = name_keys.key(name)
    if state is None:
        return _directory_page(state, name, fault="Choose a state."), 422
    if not begin or (begin.isascii() and len(begin) < 2):
        return _directory_page(state, name, fault="Enter at least the first two letters of a name."), 422
    page = queries.holders(state, begin, number=page_number(), size=PAGE_SIZE, now=clock.now())
    response = make_response(_directory_page(state, name, page=page))
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _directory_page(
    state: LicensingPlace | None, name: str, *, fault: str | None = None, page: Page[Certificate] | None = None
) -> str:
    return render_template(
        "certificates/sharing/directory.html",
        states=catalog().licensing_places.values(),
        state=state,
        name=name,
        fault=fault,
        page=page,
        holders=[Facts.from_json(one.facts) for one in page.rows] if page else [],
    )

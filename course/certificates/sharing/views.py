"""The holder's page of a certificate, the links that show it to others, and the public directory of holders."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.certificates.directory import name_keys
from course.certificates.issuing import badge, picture
from course.certificates.issuing.facts import Facts
from course.certificates.issuing.models import Certificate
from course.certificates.sharing import actions, names, profile_links, queries
from course.certificates.sharing.forms import LinkForm, PublicityForm
from course.certificates.sharing.queries import Shown
from course.content.queries import catalog
from course.content.schema.jurisdiction import Jurisdiction
from course.platform import clock
from course.platform.access import Permission, me, public, requires
from course.platform.queries import page_number
from course.platform.throttle import limited
from course.platform.web import NotFound, Refused
from course.site import site

bp = Blueprint("sharing", __name__)
shared_bp = Blueprint("sharing_public", __name__, url_prefix="/shared")
UNSEEN = {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}
ANYWHERE = {"Access-Control-Allow-Origin": "*"}  # wallets read it from pages of their own
PICTURES = {"png": (picture.baked_png, "image/png"), "svg": (picture.baked_svg, "image/svg+xml")}
PAGE = 25


@bp.get("/certificates/<code>")
@requires(Permission.CERTIFICATE_OWN)
def certificate(code: str) -> ResponseReturnValue:
    return _certificate_page(queries.own_certificate(me(), code), LinkForm(formdata=None))


def _certificate_page(found: Certificate, form: LinkForm, status: int = 200) -> ResponseReturnValue:
    facts = _facts_of(found)
    page = render_template(
        "certificates/sharing/certificate.html",
        certificate=found,
        facts=facts,
        standing=found.standing_at(clock.now()),
        links=queries.links_of(found),
        shown=queries.shown_of(found),
        initials=names.initials(found.name),
        resume_line=profile_links.resume_line(facts),
        network_link=profile_links.network_link(facts),
        base_url=site().base_url,
        form=form,
    )
    return page, status


def _facts_of(certificate: Certificate) -> Facts:
    return Facts.from_json(certificate.facts)


@bp.post("/certificates/<code>/links")
@requires(Permission.CERTIFICATE_OWN)
def make_link(code: str) -> ResponseReturnValue:
    found, form = queries.own_certificate(me(), code), LinkForm()
    if not form.validate_on_submit():
        return _certificate_page(found, form, 422)
    try:
        actions.make_link(me(), found, form.label.data, now=clock.now())
    except Refused as refusal:
        form.label.errors = [refusal.message]
        return _certificate_page(found, form, 422)
    flash(f"The link “{form.label.data}” is made. Whoever has it sees the certificate until you end it.", "ok")
    return redirect(url_for(".certificate", code=found.code, _anchor="links"), 303)


@bp.post("/certificates/<code>/links/<token>/end")
@requires(Permission.CERTIFICATE_OWN)
def end_link(code: str, token: str) -> ResponseReturnValue:
    found = queries.own_certificate(me(), code)
    actions.end_link(me(), found, token, now=clock.now())
    flash("The link has ended: it leads nowhere from now on.", "ok")
    return redirect(url_for(".certificate", code=found.code, _anchor="links"), 303)


@bp.route("/certificates/<code>/public", methods=["GET", "POST"])
@requires(Permission.CERTIFICATE_OWN)
def publicity(code: str) -> ResponseReturnValue:
    found = queries.own_certificate(me(), code)
    standing = found.standing_at(clock.now())
    form = PublicityForm(
        found.name, names.initials(found.name), queries.shown_of(found), may_be_listed=standing.may_end
    )
    if form.validate_on_submit():
        actions.show(me(), found, Shown(form.shown.data), now=clock.now())
        flash("Saved. It holds from now on.", "ok")
        return redirect(url_for(".certificate", code=found.code), 303)
    page = render_template(
        "certificates/sharing/publicity.html", certificate=found, facts=_facts_of(found), standing=standing, form=form
    )
    return page, 422 if request.method == "POST" else 200


@shared_bp.after_request
def _keep_private(response: Response) -> Response:
    """No search engine keeps what a link shows, and no other site learns the link."""
    response.headers.update(UNSEEN)
    return response


@shared_bp.get("/<token>")
@public
@limited
def certificate_page(token: str) -> ResponseReturnValue:
    found = queries.shared(token)
    standing = found.standing_at(clock.now())
    return render_template("certificates/sharing/shared.html", token=token, facts=_facts_of(found), standing=standing)


@shared_bp.get("/<token>/certificate.pdf")
@public
@limited
def document(token: str) -> ResponseReturnValue:
    found = queries.shared(token, file="document")
    headers = {"Content-Disposition": f'inline; filename="certificate-{found.code}.pdf"'}
    return Response(found.document, mimetype="application/pdf", headers=headers)


@shared_bp.get("/<token>/badge.json")
@public
@limited
def credential(token: str) -> ResponseReturnValue:
    """The Open Badge, also for a wallet that reads it from a page of its own."""
    _, credential = _badge(token)
    media_type = request.accept_mimetypes.best_match(badge.MEDIA_TYPES) or badge.MEDIA_TYPES[0]
    return Response(credential, mimetype=media_type, headers=ANYWHERE)


@shared_bp.get("/<token>/badge.<any(png, svg):kind>")
@public
@limited
def badge_picture(token: str, kind: str) -> ResponseReturnValue:
    """A picture with the Open Badge in it."""
    certificate, credential = _badge(token)
    bake, media_type = PICTURES[kind]
    name = {"Content-Disposition": f'attachment; filename="certificate-{certificate.code}.{kind}"'}
    return Response(bake(_facts_of(certificate), credential), mimetype=media_type, headers=ANYWHERE | name)


def _badge(token: str) -> tuple[Certificate, str]:
    found = queries.shared(token, file="credential")
    if found.credential is None:
        raise NotFound
    return found, found.credential


@bp.get("/directory/")
@public
@limited
def directory() -> ResponseReturnValue:
    """The form may be found by search engines, what it finds may not."""
    state, name = catalog().jurisdictions.get(request.args.get("state", "")), request.args.get("name", "")
    if not request.args:
        return _directory(None, "")
    if fault := _fault(state, name_keys.key(name)):
        return _directory(state, name, fault=fault), 422
    assert state is not None
    found, pages = queries.holders(state, name_keys.key(name), page=page_number(), size=PAGE, now=clock.now())
    answer = make_response(_directory(state, name, holders=[_facts_of(one) for one in found], pages=pages))
    answer.headers["X-Robots-Tag"] = UNSEEN["X-Robots-Tag"]
    return answer


def _fault(state: Jurisdiction | None, begin: str) -> str | None:
    if state is None:
        return "Choose a state."
    if not begin or (begin.isascii() and len(begin) < 2):
        return "Type at least the first two letters of a name."
    return None


def _directory(state: Jurisdiction | None, name: str, **more: object) -> str:
    return render_template(
        "certificates/sharing/directory.html",
        states=catalog().jurisdictions.values(),
        state=state,
        name=name,
        page=page_number(),
        **{"fault": None, "holders": None, "pages": 1} | more,
    )

"""Name corrections in the console: what waits, the old and the new name with the proof, and the decision."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from course.certificates.corrections import actions, queries
from course.certificates.corrections.forms import AcceptForm, RejectForm
from course.certificates.issuing import queries as register
from course.people.accounts import queries as accounts
from course.platform import clock, file_types
from course.platform.access import Permission, me, requires
from course.platform.downloads import untrusted_download
from course.platform.queries import page_number
from course.platform.web import Refused

bp = Blueprint("corrections_admin", __name__, url_prefix="/admin/corrections")
PAGE_SIZE = 25


@bp.get("/")
@requires(Permission.CERTIFICATE_DECIDE)
def corrections() -> ResponseReturnValue:
    waiting = queries.waiting(PAGE_SIZE)
    decided = queries.decided(page=page_number(), size=PAGE_SIZE)
    return render_template(
        "certificates/corrections/corrections.html",
        waiting=waiting,
        total=queries.count_waiting(),
        decided=decided,
        certificates=queries.certificates_behind([*waiting, *decided.rows]),
    )


@bp.get("/<uuid:code>")
@requires(Permission.CERTIFICATE_DECIDE)
def correction(code: UUID) -> ResponseReturnValue:
    return _page(code)


def _page(
    code: UUID, accepting: AcceptForm | None = None, rejecting: RejectForm | None = None, status: int = 200
) -> ResponseReturnValue:
    found = queries.correction_of(code)
    first = queries.certificate_behind(found)
    page = render_template(
        "certificates/corrections/correction.html",
        correction=found,
        certificate=first,
        newest=register.find_award(first.user_id, first.course_id, first.cycle),
        person=accounts.person(found.user_id),
        accepting=accepting or AcceptForm(formdata=None),
        rejecting=rejecting or RejectForm(formdata=None),
    )
    return page, status


@bp.get("/<uuid:code>/proof")
@requires(Permission.CERTIFICATE_DECIDE)
def proof(code: UUID) -> ResponseReturnValue:
    found = queries.proof_of(code)
    return untrusted_download(
        found.proof, found.proof_type, f"proof-{found.code}.{file_types.ENDINGS[found.proof_type]}"
    )


@bp.post("/<uuid:code>/accept")
@requires(Permission.CERTIFICATE_DECIDE)
def accept(code: UUID) -> ResponseReturnValue:
    form = AcceptForm()
    if not form.validate_on_submit():
        return _page(code, accepting=form, status=422)
    try:
        new = actions.accept(queries.correction_of(code), rename=form.rename.data, actor=me(), now=clock.now())
    except Refused as refusal:
        form.seen.errors = [refusal.message]
        return _page(code, accepting=form, status=refusal.status)
    flash(f"Corrected: {new.code} takes the place of the old one, which points to it. The holder gets a mail.", "ok")
    return redirect(url_for(".correction", code=code), 303)


@bp.post("/<uuid:code>/reject")
@requires(Permission.CERTIFICATE_DECIDE)
def reject(code: UUID) -> ResponseReturnValue:
    form = RejectForm()
    if not form.validate_on_submit():
        return _page(code, rejecting=form, status=422)
    actions.reject(queries.correction_of(code), form.note.data, actor=me(), now=clock.now())
    flash("Turned down; the learner gets a mail with the reason.", "ok")
    return redirect(url_for(".corrections"), 303)

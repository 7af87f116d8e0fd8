"""Name corrections in the console: the list, the proof and the decision."""

from uuid import UUID

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from course.certificates.corrections import actions, queries
from course.certificates.corrections.forms import CorrectionApprovalForm, CorrectionRejectionForm
from course.certificates.issuing import queries as register
from course.people.accounts import queries as accounts
from course.platform import clock, file_types
from course.platform.access import Permission, me, requires
from course.platform.downloads import untrusted_download
from course.platform.forms import form_page, go_to, refuse_field
from course.platform.queries import page_number
from course.platform.sent_forms import once
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
    code: UUID,
    accepting: CorrectionApprovalForm | None = None,
    rejecting: CorrectionRejectionForm | None = None,
    refusal: Refused | None = None,
) -> ResponseReturnValue:
    """Return the page of a correction, with the submitted form if it has errors."""
    correction = queries.correction_of(code)
    first = queries.certificate_behind(correction)
    return form_page(
        "certificates/corrections/correction.html",
        refusal=refusal,
        correction=correction,
        certificate=first,
        newest=register.find_award(first.user_id, first.course_id, first.cycle),
        person=accounts.person(correction.user_id),
        accepting=accepting or CorrectionApprovalForm(formdata=None),
        rejecting=rejecting or CorrectionRejectionForm(formdata=None),
    )


@bp.get("/<uuid:code>/proof")
@requires(Permission.CERTIFICATE_DECIDE)
def proof(code: UUID) -> ResponseReturnValue:
    correction = queries.proof_of(code)
    name = f"proof-{correction.code}.{file_types.ENDINGS[correction.proof_type]}"
    return untrusted_download(correction.proof, correction.proof_type, name)


@bp.post("/<uuid:code>/accept")
@requires(Permission.CERTIFICATE_DECIDE, fresh=True)
@once
def accept(code: UUID) -> ResponseReturnValue:
    form = CorrectionApprovalForm()
    if not form.validate_on_submit():
        return _page(code, accepting=form)
    try:
        new = actions.accept(queries.correction_of(code), rename=form.rename.data, actor=me(), now=clock.now())
    except Refused as refusal:
        refuse_field(form.seen, refusal)
        return _page(code, accepting=form, refusal=refusal)
    flash(f"Approved. {new.code} replaces the old certificate. The holder is notified by email.", "ok")
    return go_to(url_for(".correction", code=code))


@bp.post("/<uuid:code>/reject")
@requires(Permission.CERTIFICATE_DECIDE)
@once
def reject(code: UUID) -> ResponseReturnValue:
    form = CorrectionRejectionForm()
    if not form.validate_on_submit():
        return _page(code, rejecting=form)
    actions.reject(queries.correction_of(code), form.note.data, actor=me(), now=clock.now())
    flash("Rejected. The learner is notified by email with the reason.", "ok")
    return go_to(url_for(".corrections"))

"""Backdating in the console: one administrator proposes an earlier date, and a second one decides."""

from uuid import UUID

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from course.certificates.backdating import actions, queries
from course.certificates.backdating.forms import BackdatingForm
from course.certificates.issuing import queries as register
from course.people.accounts import queries as accounts
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.forms import form_page, go_to, refuse_field
from course.platform.sent_forms import once
from course.platform.web import Refused

bp = Blueprint("backdating_admin", __name__, url_prefix="/admin")
MAX_DECIDED = 50


@bp.get("/backdating/")
@requires(Permission.CERTIFICATE_DECIDE)
def proposals() -> ResponseReturnValue:
    waiting, decided = queries.waiting(), queries.decided(MAX_DECIDED)
    actors = {id_ for row in (*waiting, *decided) for id_ in (row.asked_by_id, row.decided_by_id) if id_}
    people = accounts.people_of(list(actors))
    return render_template("certificates/backdating/proposals.html", waiting=waiting, decided=decided, people=people)


@bp.route("/requests/<uuid:code>/earlier-date", methods=["GET", "POST"])
@requires(Permission.CERTIFICATE_DECIDE, fresh=True)
@once
def ask(code: UUID) -> ResponseReturnValue:
    request, refused = register.request_of(code), None
    completed_on, today = queries.days_of(request, clock.now())
    form = BackdatingForm(completed_on, today)
    if form.validate_on_submit():
        try:
            proposal = actions.ask(request, form.issue_on.data, form.reason.data, actor=me(), now=clock.now())
        except Refused as refusal:
            refuse_field(form.issue_on, refusal)
            refused = refusal
        else:
            flash("Approval requested. The certificate is issued once a second administrator approves.", "ok")
            return go_to(url_for(".proposal", code=proposal.code))
    return form_page(
        "certificates/backdating/ask.html",
        refusal=refused,
        asked=request,
        completed_on=completed_on,
        proposals=queries.asked_for(request),
        form=form,
    )


@bp.get("/backdating/<uuid:code>")
@requires(Permission.CERTIFICATE_DECIDE)
def proposal(code: UUID) -> ResponseReturnValue:
    return _page(code)


def _page(code: UUID, refusal: Refused | None = None) -> ResponseReturnValue:
    proposal = queries.backdating_of(code)
    request = proposal.request
    completed_on, _ = queries.days_of(request, clock.now())
    return form_page(
        "certificates/backdating/proposal.html",
        refusal=refusal,
        proposal=proposal,
        asked=request,
        completed_on=completed_on,
        people=accounts.people_of([id_ for id_ in (proposal.asked_by_id, proposal.decided_by_id) if id_]),
        award=register.find_award(request.user_id, request.course_id, request.cycle),
        may_confirm=me().id not in (proposal.asked_by_id, request.user_id),
        fault=refusal.message if refusal else None,
    )


@bp.post("/backdating/<uuid:code>/confirm")
@requires(Permission.CERTIFICATE_DECIDE, fresh=True)
@once
def confirm(code: UUID) -> ResponseReturnValue:
    try:
        new = actions.confirm(queries.backdating_of(code), actor=me(), now=clock.now())
    except Refused as refusal:
        return _page(code, refusal)
    flash(f"Approved. Certificate {new.code} was issued with the earlier date.", "ok")
    return go_to(url_for(".proposal", code=code))


@bp.post("/backdating/<uuid:code>/refuse")
@requires(Permission.CERTIFICATE_DECIDE)
@once
def refuse(code: UUID) -> ResponseReturnValue:
    actions.refuse(queries.backdating_of(code), actor=me(), now=clock.now())
    flash("Rejected. The certificate request still waits for a decision.", "ok")
    return go_to(url_for(".proposal", code=code))

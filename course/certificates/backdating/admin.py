"""Certificates with an earlier date, in the console: one administrator asks, a second one decides."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.certificates.backdating import actions, queries
from course.certificates.backdating.forms import AskForm
from course.certificates.issuing import queries as register
from course.people.accounts import queries as accounts
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.web import Refused

bp = Blueprint("backdating_admin", __name__, url_prefix="/admin")
SHOWN = 50


@bp.get("/backdating/")
@requires(Permission.CERTIFICATE_DECIDE)
def wishes() -> ResponseReturnValue:
    waiting, decided = queries.waiting(), queries.decided(SHOWN)
    actors = {id_ for one in (*waiting, *decided) for id_ in (one.asked_by_id, one.decided_by_id) if id_}
    return render_template(
        "certificates/backdating/wishes.html", waiting=waiting, decided=decided, people=accounts.people_of(list(actors))
    )


@bp.route("/requests/<uuid:code>/earlier-date", methods=["GET", "POST"])
@requires(Permission.CERTIFICATE_DECIDE)
def ask(code: UUID) -> ResponseReturnValue:
    asked = register.request_of(code)
    completed_on, today = queries.days_of(asked, clock.now())
    form, status = AskForm(completed_on, today), 200
    if form.validate_on_submit():
        try:
            wish = actions.ask(asked, form.issue_on.data, form.reason.data, actor=me(), now=clock.now())
        except Refused as refusal:
            form.issue_on.errors, status = [refusal.message], refusal.status
        else:
            flash("Asked. It is issued once a second administrator confirms the date.", "ok")
            return redirect(url_for(".wish", code=wish.code), 303)
    elif request.method == "POST":
        status = 422
    page = render_template(
        "certificates/backdating/ask.html",
        asked=asked,
        completed_on=completed_on,
        wishes=queries.asked_for(asked),
        form=form,
    )
    return page, status


@bp.get("/backdating/<uuid:code>")
@requires(Permission.CERTIFICATE_DECIDE)
def wish(code: UUID) -> ResponseReturnValue:
    return _page(code)


def _page(code: UUID, fault: str | None = None, status: int = 200) -> ResponseReturnValue:
    found = queries.backdating_of(code)
    asked = found.request
    completed_on, _ = queries.days_of(asked, clock.now())
    ids = [id_ for id_ in (found.asked_by_id, found.decided_by_id) if id_]
    page = render_template(
        "certificates/backdating/wish.html",
        wish=found,
        asked=asked,
        completed_on=completed_on,
        people=accounts.people_of(ids),
        award=register.find_award(asked.user_id, asked.course_id, asked.cycle),
        may_confirm=me().id not in (found.asked_by_id, asked.user_id),
        fault=fault,
    )
    return page, status


@bp.post("/backdating/<uuid:code>/confirm")
@requires(Permission.CERTIFICATE_DECIDE)
def confirm(code: UUID) -> ResponseReturnValue:
    try:
        new = actions.confirm(queries.backdating_of(code), actor=me(), now=clock.now())
    except Refused as refusal:
        return _page(code, refusal.message, refusal.status)
    flash(f"Issued as {new.code} with the earlier date.", "ok")
    return redirect(url_for(".wish", code=code), 303)


@bp.post("/backdating/<uuid:code>/refuse")
@requires(Permission.CERTIFICATE_DECIDE)
def refuse(code: UUID) -> ResponseReturnValue:
    actions.refuse(queries.backdating_of(code), actor=me(), now=clock.now())
    flash("Refused. The request goes on waiting.", "ok")
    return redirect(url_for(".wish", code=code), 303)

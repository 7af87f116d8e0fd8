"""Closing one's own account."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import logout_user

from course.certificates.issuing import queries as certificates
from course.people.accounts import actions as accounts
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.web import Refused
from course.reporting.retention import actions, queries, retention_period
from course.reporting.retention.forms import CloseForm

bp = Blueprint("retention", __name__)


@bp.route("/profile/close", methods=["GET", "POST"])
@requires(Permission.PROFILE)
def close() -> ResponseReturnValue:
    form = CloseForm()
    if not form.validate_on_submit():
        return _page(form, 422 if request.method == "POST" else 200)
    if accounts.sign_in(me().email, form.password.data) is None:
        form.password.errors = ["This is not the password of your account."]
        return _page(form, 422)
    try:
        actions.close(me(), now=clock.now())
    except Refused as refusal:
        form.password.errors = [refusal.message]
        return _page(form, refusal.status)
    logout_user()
    flash("Your account is closed. A last mail says so and tells what is kept.", "ok")
    return redirect(url_for("front.front"), 303)


def _page(form: CloseForm, status: int) -> ResponseReturnValue:
    page = render_template(
        "reporting/retention/close.html",
        form=form,
        certificates=certificates.awards_of(me().id).values(),
        waiting=len(queries.waiting_requests(me().id)),
        last_admin=queries.is_last_admin(me()),
        kept_until=retention_period.kept_until(queries.moments_of(me().id)),
        years=retention_period.KEPT_YEARS,
    )
    return page, status

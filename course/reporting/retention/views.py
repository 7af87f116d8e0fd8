"""Closing one's own account."""

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from course.certificates.issuing import queries as certificates
from course.people.accounts import actions as accounts
from course.platform import browser, clock
from course.platform.access import Permission, me, requires
from course.platform.forms import form_page, go_to, refuse_field
from course.platform.sent_forms import once
from course.platform.web import Refused
from course.reporting.retention import actions, queries, retention_period
from course.reporting.retention.forms import CloseForm

bp = Blueprint("retention", __name__)


class WrongPassword(Refused):
    status = 422
    message = "This is not your password. Try again."


@bp.route("/profile/close", methods=["GET", "POST"])
@requires(Permission.PROFILE)
@once
def close() -> ResponseReturnValue:
    form = CloseForm()
    if not form.validate_on_submit():
        return _page(form)
    try:
        if accounts.sign_in(me().email, form.password.data) is None:
            raise WrongPassword
        actions.close(me(), now=clock.now())
    except Refused as refusal:
        refuse_field(form.password, refusal)
        return _page(form, refusal)
    browser.leave()
    flash("Your account is closed. We have sent you one last email about what is kept.", "ok")
    return go_to(url_for("front.front"))


def _page(form: CloseForm, refusal: Refused | None = None) -> ResponseReturnValue:
    return form_page(
        "reporting/retention/close.html",
        refusal=refusal,
        form=form,
        certificates=certificates.awards_of(me().id).values(),
        waiting=len(queries.waiting_requests(me().id)),
        last_admin=queries.is_last_admin(me()),
        kept_until=retention_period.kept_until(queries.moments_of(me().id)),
        years=retention_period.RETENTION_YEARS,
    )

"""The pages on which a person changes their email, confirms the change, and undoes it."""

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.people.accounts import queries as accounts
from course.people.accounts.actions import AccountLinkInvalid
from course.people.email_changes import actions
from course.people.email_changes.forms import EmailForm
from course.platform import clock, throttle
from course.platform.access import Permission, current_session, me, public, requires
from course.platform.forms import form_page, go_to, refuse_field
from course.platform.mail import addresses
from course.platform.sent_forms import once
from course.platform.web import Refused, unlisted

bp = Blueprint("email_changes", __name__)


@bp.after_request
def _keep_links_secret(response: Response) -> Response:
    """Send the address of a page with a secret link nowhere."""
    return unlisted(response)


@bp.errorhandler(AccountLinkInvalid)
def _link_invalid(refusal: AccountLinkInvalid) -> ResponseReturnValue:
    return render_template("people/accounts/link_invalid.html", message=refusal.message), refusal.status


@bp.route("/profile/email", methods=["GET", "POST"])
@requires(Permission.PROFILE, fresh=True)
@once
def change() -> ResponseReturnValue:
    form = EmailForm()
    if not form.validate_on_submit():
        return _page(form)
    throttle.count_try(throttle.MAILS, addresses.key(form.email.data))
    try:
        actions.ask(me(), form.email.data, now=clock.now())
    except actions.SameEmail as refusal:
        refuse_field(form.email, refusal)
        return _page(form, refusal)
    flash(f"We sent a link to {form.email.data}. Open it to make the change.", "mail")
    return go_to(url_for(".change"))


def _page(form: EmailForm, refusal: Refused | None = None) -> ResponseReturnValue:
    waiting = accounts.waiting_email_changes(me().id)
    return form_page("people/email_changes/change.html", refusal=refusal, form=form, waiting=waiting)


@bp.post("/profile/email/cancel")
@requires(Permission.PROFILE)
def cancel() -> ResponseReturnValue:
    actions.cancel(me(), now=clock.now())
    flash("Your email stays as it is.", "ok")
    return go_to(url_for("accounts.profile"))


@bp.route("/change-email/<token>", methods=["GET", "POST"])
@public
def confirm(token: str) -> ResponseReturnValue:
    if request.method == "GET":  # mail programs open links on their own; only a press of the button counts
        return render_template("people/email_changes/confirm.html", change=actions.change_to_confirm(token))
    session = current_session()
    actions.confirm(token, session_id=session.id if session else None, now=clock.now())
    flash("Your email is changed. Sign in with the new one from now on.", "ok")
    return go_to(url_for("accounts.profile") if current_user.is_authenticated else url_for("sign_in.sign_in"))


@bp.route("/undo-email-change/<token>", methods=["GET", "POST"])
@public
def undo(token: str) -> ResponseReturnValue:
    if request.method == "GET":
        return render_template("people/email_changes/undo.html", change=actions.change_to_undo(token))
    path = actions.undo(token, now=clock.now())
    flash("Your email is as it was, and every device is signed out. Now set a new password.", "ok")
    return go_to(path)

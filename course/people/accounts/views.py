"""The pages for sign-up, confirming an email, resetting a password, invitations, and the profile."""

from uuid import UUID

from flask import Blueprint, Response, flash, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.content.queries import catalog
from course.people.accounts import actions, license_number, name_actions, passwords, queries
from course.people.accounts.actions import AccountLinkInvalid
from course.people.accounts.forms import (
    ChangePasswordForm,
    ForgottenForm,
    LicenseForm,
    NameFields,
    NewPasswordForm,
    SignUpForm,
)
from course.people.accounts.models import License
from course.people.accounts.tokens import Purpose
from course.people.sessions import actions as sessions
from course.platform import browser, clock, throttle
from course.platform.access import Permission, current_session, may, me, next_page, public, requires
from course.platform.forms import form_page, go_to
from course.platform.mail import addresses
from course.platform.mail import queries as mails
from course.platform.sent_forms import once
from course.platform.web import unlisted

bp = Blueprint("accounts", __name__)
HOME = "/home"
WANTED = "wanted"  # in the session: the page that a person who forgot the password came for
SIGNED_UP = "signed_up"  # in the cookie: the account that this browser asked for
LINK_PAGES = {f"accounts.{name}" for name in ("confirm_email", "reset_password", "invitation")}


@bp.after_request
def _keep_links_secret(response: Response) -> Response:
    """Send the address of a page with a secret link nowhere."""
    return unlisted(response) if request.endpoint in LINK_PAGES else response


@bp.errorhandler(AccountLinkInvalid)
def _link_invalid(refusal: AccountLinkInvalid) -> ResponseReturnValue:
    """Say that a mailed link can't be used, and where to get another."""
    return render_template("people/accounts/link_invalid.html", message=refusal.message), refusal.status


@bp.route("/sign-up", methods=["GET", "POST"])
@public
@once
def sign_up() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return go_to(next_page(HOME))
    form = SignUpForm()
    if not form.validate_on_submit():
        return form_page("people/accounts/sign_up.html", form=form)
    throttle.count_try(throttle.SIGN_UPS, addresses.key(form.email.data))
    code = actions.sign_up(
        form.name_parts, form.email.data, passwords.hash_password(form.password.data), now=clock.now()
    )
    return _ask_to_confirm(code, form.email.data)


def _ask_to_confirm(code: UUID, email: str) -> ResponseReturnValue:
    """Lead to the page that asks for the mail, whether or not there is a new account.

    The browser remembers the account, so that the link in the mail signs it in without another password.
    """
    session[SIGNED_UP] = {"code": str(code), "email": email, "next": next_page(HOME)}
    return go_to(url_for(".check_mail"))


@bp.get("/sign-up/sent")
@public
def check_mail() -> ResponseReturnValue:
    signed_up = session.get(SIGNED_UP, {})
    page = "people/accounts/check_mail.html"
    return render_template(page, email=signed_up.get("email"), next=signed_up.get("next"))


@bp.route("/confirm-email/<token>", methods=["GET", "POST"])
@public
def confirm_email(token: str) -> ResponseReturnValue:
    if request.method == "GET":  # mail programs open links on their own; only a press of the button confirms
        user = actions.person_of_link(Purpose.CONFIRM, token)
        return render_template("people/accounts/confirm_email.html", email=user.email)
    user = actions.confirm_email(token, now=clock.now())
    signed_up = session.pop(SIGNED_UP, {})
    is_theirs = signed_up.get("code") == str(user.code)
    if is_theirs and not current_user.is_authenticated:
        browser.enter(sessions.start(user.id, browser.known_device(), now=clock.now()))
    flash("Your email is confirmed.", "ok")
    if is_theirs:
        return go_to(signed_up["next"])
    return go_to(HOME if current_user.is_authenticated else url_for("sign_in.sign_in"))


@bp.post("/confirm-email")
@requires(Permission.PROFILE)
@once
def send_confirmation() -> ResponseReturnValue:
    throttle.count_try(throttle.MAILS, addresses.key(me().email))
    actions.send_confirmation(me(), now=clock.now())
    flash(f"We sent an email to {current_user.email}.", "mail")
    return go_to(url_for(".profile"))


@bp.route("/forgotten-password", methods=["GET", "POST"])
@public
@once
def forgotten_password() -> ResponseReturnValue:
    form = ForgottenForm()
    if not form.validate_on_submit():
        return form_page("people/accounts/forgotten_password.html", form=form)
    throttle.count_try(throttle.MAILS, addresses.key(form.email.data))
    actions.request_reset(form.email.data, now=clock.now())
    flash(
        "If this email has an account, we sent it a link to set a new password. The link works for two hours.",
        "mail",
    )
    session[WANTED] = next_page(HOME)
    return go_to(url_for("sign_in.sign_in", next=request.args.get("next")))


@bp.route("/reset-password/<token>", methods=["GET", "POST"])
@public
@once
def reset_password(token: str) -> ResponseReturnValue:
    form = NewPasswordForm(actions.person_of_link(Purpose.RESET, token))
    if not form.validate_on_submit():
        return form_page("people/accounts/reset_password.html", form=form)
    now = clock.now()
    user = actions.reset_password(token, passwords.hash_password(form.password.data), now=now)
    sessions.remember_device(user.id, browser.known_device(), now=now)
    flash("Your password is changed. Sign in with the new one.", "ok")
    return go_to(url_for("sign_in.sign_in", next=session.pop(WANTED, None)))


@bp.route("/invitations/<token>", methods=["GET", "POST"])
@public
@once
def invitation(token: str) -> ResponseReturnValue:
    actions.require_invitation(token, now=clock.now())
    if current_user.is_authenticated and not may(Permission.CONSOLE):
        return _accept_as(token)
    form = SignUpForm()
    if not form.validate_on_submit():
        return form_page("people/accounts/invitation.html", form=form)
    throttle.count_try(throttle.SIGN_UPS, addresses.key(form.email.data))
    code = actions.accept_invitation(
        token, form.name_parts, form.email.data, passwords.hash_password(form.password.data), now=clock.now()
    )
    return _ask_to_confirm(code, form.email.data)


def _accept_as(token: str) -> ResponseReturnValue:
    """Ask whether the account in this browser should take the invitation."""
    if request.method == "GET":
        return render_template("people/accounts/accept_invitation.html")
    actions.accept_invitation_as(me(), token, now=clock.now())
    flash("You are an administrator now.", "ok")
    return go_to(HOME)


@bp.route("/profile", methods=["GET", "POST"])
@requires(Permission.PROFILE)
def profile() -> ResponseReturnValue:
    form = NameFields()
    form.show_name(me().name_parts)
    if form.validate_on_submit():
        name_actions.rename(me(), form.name_parts.whole, now=clock.now())
        flash("Your name is saved.", "ok")
        return go_to(url_for(".profile"))
    changes = queries.waiting_email_changes(me().id)
    return form_page(
        "people/accounts/profile.html",
        form=form,
        places=catalog().licensing_places,
        changes=changes,
        undelivered=mails.undelivered_to(me().email, causes=[str(change.code) for change in changes]),
    )


@bp.route("/profile/licenses/new", methods=["GET", "POST"])
@requires(Permission.PROFILE)
@once
def add_license() -> ResponseReturnValue:
    return _edit_license(None)


@bp.route("/profile/licenses/<uuid:code>", methods=["GET", "POST"])
@requires(Permission.PROFILE)
def license(code: UUID) -> ResponseReturnValue:  # noqa: A001 - named after its address
    return _edit_license(queries.own_license(me(), code))


def _edit_license(license_: License | None) -> ResponseReturnValue:
    form = LicenseForm(catalog().licensing_places, clock.now(), obj=license_)
    if not form.validate_on_submit():
        unusual = license_number.looks_like_placeholder(form.number.data or "")
        return form_page("people/accounts/license.html", form=form, license=license_, unusual_number=unusual)
    values = {name: value for name, value in form.data.items() if name != "csrf_token"}
    actions.save_license(me(), license_, **values, now=clock.now())
    flash("Your license is saved.", "ok")
    return go_to(url_for(".profile"))


@bp.post("/profile/licenses/<uuid:code>/remove")
@requires(Permission.PROFILE)
@once
def remove_license(code: UUID) -> ResponseReturnValue:
    actions.remove_license(me(), queries.own_license(me(), code), now=clock.now())
    flash("The license is removed.", "ok")
    return go_to(url_for(".profile"))


@bp.route("/profile/password", methods=["GET", "POST"])
@requires(Permission.PROFILE)
def change_password() -> ResponseReturnValue:
    user = me()
    form = ChangePasswordForm(user.email, user.legal_name)
    if form.validate_on_submit():
        if actions.sign_in(user.email, form.current_password.data):
            digest = passwords.hash_password(form.password.data)
            browser.renew(actions.change_password(user, digest, current_session(), now=clock.now()))
            flash("Your password is changed. All other browsers are signed out.", "ok")
            return go_to(url_for(".profile"))
        form.current_password.errors = ["This is not your current password. Try again."]
    return form_page("people/accounts/change_password.html", form=form)

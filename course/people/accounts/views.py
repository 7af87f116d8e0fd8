"""Signing up, in and out, confirming an address, resetting a password, invitations, and the profile."""

from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from course.content.queries import catalog
from course.people.accounts import actions, passwords, queries
from course.people.accounts.forms import ForgottenForm, LicenseForm, NameForm, NewPasswordForm, SignInForm, SignUpForm
from course.people.accounts.models import License, User
from course.platform import clock
from course.platform.access import Permission, me, public, requires

bp = Blueprint("accounts", __name__)
HOME = "/home"


def _is_taken(email: str) -> bool:
    return queries.find_by_email(email) is not None


@bp.route("/sign-up", methods=["GET", "POST"])
@public
def sign_up() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(HOME, 303)
    form = SignUpForm(is_taken=_is_taken)
    if not form.validate_on_submit():
        return render_template("people/accounts/sign_up.html", form=form), _status()
    user = actions.sign_up(
        form.legal_name.data, form.email.data, passwords.hash_password(form.password.data), now=clock.now()
    )
    return _welcome(user, "Your account is ready.")


def _welcome(user: User, message: str) -> ResponseReturnValue:
    login_user(user)
    flash(f"{message} We have sent a mail to {user.email}; its link confirms the address.", "mail")
    return redirect(HOME, 303)


def _status() -> int:
    """A form that comes back with errors was not accepted."""
    return 422 if request.method == "POST" else 200


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    form = SignInForm()
    if form.validate_on_submit():
        if user := actions.sign_in(form.email.data, form.password.data):
            login_user(user)
            return redirect(_safe_next(), 303)
        form.password.errors = [
            "The address and the password don't belong together. Check both, or reset the password."
        ]
    return render_template("people/accounts/sign_in.html", form=form), _status()


def _safe_next() -> str:
    """Where the person wanted to go, if that is a page of ours."""
    target = request.args.get("next", "")
    parts = urlsplit(target)
    ours = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return target if ours and target.isprintable() else HOME


@bp.post("/sign-out")
@requires(Permission.PROFILE)
def sign_out() -> ResponseReturnValue:
    logout_user()
    flash("You are signed out.", "info")
    return redirect(url_for("front.front"), 303)


@bp.route("/confirm-email/<token>", methods=["GET", "POST"])
@public
def confirm_email(token: str) -> ResponseReturnValue:
    if request.method == "POST":  # mail programs follow links by themselves; only a press confirms
        actions.confirm_email(token, now=clock.now())
        flash("Your address is confirmed.", "ok")
        return redirect(HOME if current_user.is_authenticated else url_for(".sign_in"), 303)
    return render_template("people/accounts/confirm_email.html")


@bp.post("/confirm-email")
@requires(Permission.PROFILE)
def send_confirmation() -> ResponseReturnValue:
    actions.send_confirmation(me(), now=clock.now())
    flash(f"We have sent a mail to {current_user.email}.", "mail")
    return redirect(url_for(".profile"), 303)


@bp.route("/forgotten-password", methods=["GET", "POST"])
@public
def forgotten_password() -> ResponseReturnValue:
    form = ForgottenForm()
    if not form.validate_on_submit():
        return render_template("people/accounts/forgotten_password.html", form=form), _status()
    actions.request_reset(form.email.data, now=clock.now())
    flash(
        "If there is an account with this address, we have sent it a mail with a link, good for two hours.",
        "mail",
    )
    return redirect(url_for(".sign_in"), 303)


@bp.route("/reset-password/<token>", methods=["GET", "POST"])
@public
def reset_password(token: str) -> ResponseReturnValue:
    form = NewPasswordForm()
    if not form.validate_on_submit():
        return render_template("people/accounts/reset_password.html", form=form), _status()
    actions.reset_password(token, passwords.hash_password(form.password.data), now=clock.now())
    flash("The new password is set. Sign in with it.", "ok")
    return redirect(url_for(".sign_in"), 303)


@bp.route("/invitations/<token>", methods=["GET", "POST"])
@public
def invitation(token: str) -> ResponseReturnValue:
    actions.require_invitation(token, now=clock.now())
    form = SignUpForm(is_taken=_is_taken)
    if not form.validate_on_submit():
        return render_template("people/accounts/invitation.html", form=form), _status()
    user = actions.accept_invitation(
        token, form.legal_name.data, form.email.data, passwords.hash_password(form.password.data), now=clock.now()
    )
    return _welcome(user, "You are an administrator now.")


@bp.route("/profile", methods=["GET", "POST"])
@requires(Permission.PROFILE)
def profile() -> ResponseReturnValue:
    form = NameForm(obj=current_user)
    if form.validate_on_submit():
        actions.rename(me(), form.legal_name.data, now=clock.now())
        flash("Your name is saved.", "ok")
        return redirect(url_for(".profile"), 303)
    return render_template("people/accounts/profile.html", form=form, states=_states()), _status()


@bp.route("/profile/licenses/new", methods=["GET", "POST"])
@requires(Permission.PROFILE)
def add_license() -> ResponseReturnValue:
    return _edit_license(None)


@bp.route("/profile/licenses/<uuid:code>", methods=["GET", "POST"])
@requires(Permission.PROFILE)
def license(code: UUID) -> ResponseReturnValue:  # noqa: A001 - the address's noun
    return _edit_license(queries.own_license(me(), code))


def _edit_license(license_: License | None) -> ResponseReturnValue:
    form = LicenseForm(_states(), obj=license_)
    if not form.validate_on_submit():
        return render_template("people/accounts/license.html", form=form, license=license_), _status()
    values = {name: value for name, value in form.data.items() if name != "csrf_token"}
    actions.save_license(me(), license_, **values, now=clock.now())
    flash("Your license is saved.", "ok")
    return redirect(url_for(".profile"), 303)


@bp.post("/profile/licenses/<uuid:code>/remove")
@requires(Permission.PROFILE)
def remove_license(code: UUID) -> ResponseReturnValue:
    actions.remove_license(me(), queries.own_license(me(), code), now=clock.now())
    flash("The license is removed from your profile.", "ok")
    return redirect(url_for(".profile"), 303)


def _states() -> dict[str, str]:
    return {state.code: state.name for state in catalog().jurisdictions.values()}

"""Signing in and out, and proving again who one is."""

from flask import Blueprint, flash, make_response, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.people.accounts import actions as accounts
from course.people.accounts import queries as people
from course.people.accounts.models import User
from course.people.factors import queries as factors
from course.people.factors.forms import passkey_form
from course.people.sessions import actions as sessions
from course.people.sessions import limits
from course.people.sessions.models import SignInSession
from course.people.sign_in import actions
from course.people.sign_in.forms import ConfirmForm, SignInForm, remember_first_step
from course.platform import browser, clock, db
from course.platform.access import Permission, current_session, me, next_page, public, requires
from course.platform.forms import form_page, go_to

bp = Blueprint("sign_in", __name__)
HOME = "/home"


def signed_in() -> tuple[SignInSession, User] | None:
    """Return the session of this request and its person, or None if it has none, or one that is over."""
    token = browser.token()
    found = people.of_session(sessions.digest(token)) if token else None
    if found is None:
        return None
    session, person = found
    now = clock.now()
    if limits.is_over(person.role, session.created_at, session.last_seen_at, now):
        return None
    if now - session.last_seen_at >= limits.SEEN_EVERY:
        with db.writing():
            sessions.see(session.id, now=now)
    return session, person


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    if request.method == "GET" and current_user.is_authenticated:
        return go_to(next_page(HOME))
    form = SignInForm()
    if form.validate_on_submit():
        if user := accounts.sign_in(form.email.data, form.password.data):
            return _signed_in(user)
        _note_failure(form.email.data, "wrong email or password")
        form.password.errors = ["Email or password is incorrect."]
    return form_page("people/sign_in/sign_in.html", form=form, passkey_form=passkey_form(request.host_url))


def _signed_in(user: User) -> ResponseReturnValue:
    """Begin the session, or ask for the second factor first if the account has one."""
    now = clock.now()
    if factors.factors_of(user.id).count:
        remember_first_step(user, now)
        return go_to(url_for("second_step.second_step", next=request.args.get("next")))
    actions.begin(user, second_factor=False, now=now)
    return go_to(next_page(HOME))


def _note_failure(email: str, reason: str) -> None:
    actions.note_failure(email, reason, browser.device().address, now=clock.now())


@bp.post("/sign-out")
@requires(Permission.PROFILE)
def sign_out() -> ResponseReturnValue:
    """End the session, and clear what the browser cached.

    Its storage stays, because answers may wait there that were not sent yet. So does the cookie of a known device.
    """
    actions.sign_out(me(), current_session(), now=clock.now())
    browser.leave()
    flash("You are signed out.", "info")
    response = make_response(go_to(url_for("front.front")))
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@bp.route("/confirm-identity", methods=["GET", "POST"])
@requires(Permission.PROFILE)
def confirm() -> ResponseReturnValue:
    """Ask the person to prove again who they are, before something that an open browser alone should not do."""
    form = ConfirmForm()
    if form.validate_on_submit():
        if accounts.sign_in(me().email, form.password.data) is not None:
            actions.confirm_again(me(), second_factor=False, now=clock.now())
            return go_to(next_page(HOME))
        _note_failure(me().email, "wrong password at a confirmation")
        form.password.errors = ["This is not your password. Try again."]
    return form_page(
        "people/sign_in/confirm.html",
        form=form,
        passkey_form=passkey_form(request.host_url),
        factors=factors.factors_of(me().id),
    )

"""Requests whose session has ended, has to be confirmed, or is not the one that opened the form.

What was typed into the form is kept. Once its person has signed in, the form is shown again as it was filled in, and
the person sends it. Nothing is ever sent for them.
"""

from uuid import UUID

from flask import Blueprint, Response, current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import MultiDict

from course.people.kept_forms import actions, queries, typed_fields
from course.people.kept_forms.models import KeptForm
from course.people.sessions import actions as sessions
from course.people.sessions import queries as sessions_of
from course.people.sessions.models import SignInSession
from course.platform import browser, clock
from course.platform.access import (
    FreshSignInNeeded,
    Permission,
    SecondFactorNeeded,
    SignInNeeded,
    me,
    requires,
    view_at,
)
from course.platform.forms import go_to
from course.platform.web import error_page, wants_json

bp = Blueprint("kept_forms", __name__)
HOME = "/home"
KEY = "kept_form"  # in the session's cookie: the key of the form, and its address
IS_BACK = "What you typed is here again. Nothing is saved yet: check it and send it."


@bp.app_errorhandler(SignInNeeded)
def ask_to_sign_in(_: SignInNeeded) -> ResponseReturnValue:
    """Lead to the sign-in page, and from there back to where the person was."""
    opened = _session_of_form() or _session_of_browser()
    back = _keep(opened.user_id) if opened else _here()
    flash("You were signed out. Sign in to continue." if opened else "Sign in to continue.", "info")
    return redirect(url_for("sign_in.sign_in", next=back), 303)


@bp.app_errorhandler(SecondFactorNeeded)
def ask_for_second_factor(_: SecondFactorNeeded) -> ResponseReturnValue:
    return redirect(url_for("second_step.needed", next=_keep(me().id)), 303)


@bp.app_errorhandler(FreshSignInNeeded)
def ask_to_confirm(_: FreshSignInNeeded) -> ResponseReturnValue:
    return redirect(url_for("sign_in.confirm", next=_keep(me().id)), 303)


@bp.app_errorhandler(CSRFError)
def other_session(_: CSRFError) -> ResponseReturnValue:
    """Answer a form that was not opened in the session of this request. Nothing of it is saved."""
    if wants_json():
        return error_page(400, "This page was opened in another session. Reload it.")
    opened = _session_of_form()
    if current_user.is_authenticated:
        if opened and opened.user_id == me().id:
            flash("You have signed in again since you opened this form.", "info")
            return go_to(_keep(opened.user_id) or HOME)
        return render_template("people/kept_forms/other_person.html", was_signed_in=opened is not None), 400
    if opened:
        return ask_to_sign_in(SignInNeeded())
    if current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        return render_template("people/kept_forms/no_cookies.html"), 400
    return error_page(400, "This form is no longer valid. Go back, reload the page and send it again.")


def _session_of_form() -> SignInSession | None:
    """Return the session, which may have ended, in which the form of this request was opened."""
    code = _code_in(request.form.get("csrf_token", ""))
    return sessions_of.find(code) if code else None


def _session_of_browser() -> SignInSession | None:
    """Return the session in this browser's cookie, which may have ended."""
    token = browser.token()
    return sessions_of.find_by_digest(sessions.digest(token)) if token else None


def _code_in(csrf_token: str) -> UUID | None:
    """Return the code of the session that the CSRF token was made for."""
    try:
        return UUID(URLSafeTimedSerializer(str(current_app.secret_key), salt="wtf-csrf-token").loads(csrf_token))
    except (BadData, ValueError, TypeError, AttributeError):
        return None  # the token of somebody who was not signed in, or none of ours


def _keep(user_id: int) -> str | None:
    """Keep the form of this request for that person and return where they get it back. Return a page as it is."""
    if request.method != "POST" or wants_json():
        return _here()
    fields = typed_fields.to_keep(request.form.items(multi=True))
    if fields is None:
        return None
    path = request.full_path.rstrip("?")
    had_files = any(file.filename for file in request.files.values())
    g.just_kept = True
    session[KEY] = [actions.keep(user_id, path, fields, had_files=had_files, now=clock.now()), path]
    return url_for("kept_forms.kept_form")


def _here() -> str | None:
    return request.full_path.rstrip("?") if request.method == "GET" else None


@bp.get("/kept-form")
@requires(Permission.PROFILE)
def kept_form() -> ResponseReturnValue:
    """Show the form again on its own page, or, if it has none, what was typed and a button to send it."""
    if (form := _kept()) is None:
        session.pop(KEY, None)
        return go_to(HOME)
    if view_at(form.path, "GET") == view_at(form.path, "POST"):
        return go_to(form.path)
    _say_it_is_back(form)
    return render_template("people/kept_forms/kept_form.html", form=form, typed=typed_fields.in_words(form.fields))


def _kept() -> KeptForm | None:
    """Return the form that was kept in this browser for the person who is signed in."""
    key = session.get(KEY)
    return queries.find(key[0], me().id, now=clock.now()) if key and current_user.is_authenticated else None


def _say_it_is_back(form: KeptForm) -> None:
    flash(IS_BACK + (" Choose your file again: files are not kept." if form.had_files else ""), "info")


@bp.before_app_request
def fill_in() -> None:
    """Fill in the form of this page again, if it was kept."""
    if request.method == "GET" and KEY in session and session[KEY][1] == _here() and (form := _kept()):
        g.kept_fields = MultiDict(form.fields)
        _say_it_is_back(form)


@bp.after_app_request
def forget(response: Response) -> Response:
    """Forget the kept form once it was sent and accepted."""
    sent = request.method == "POST" and response.status_code < 400 and not g.get("just_kept")
    if sent and KEY in session and session[KEY][1] == request.full_path.rstrip("?"):
        session.pop(KEY)
    return response

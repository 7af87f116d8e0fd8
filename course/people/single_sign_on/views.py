"""Signing in by an OpenID provider, and connecting an account with it."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.people.accounts import queries as accounts
from course.people.accounts.models import User
from course.people.accounts.name_parts import NameParts
from course.people.factors import queries as factors
from course.people.sign_in.actions import begin, confirm_again
from course.people.sign_in.forms import remember_first_step
from course.people.single_sign_on import actions, queries
from course.people.single_sign_on.forms import NewAccountForm, forget_identity, keep_identity, kept_identity
from course.people.single_sign_on.identity import Identity, identity
from course.platform import access, clock, db
from course.platform.access import FreshSignInNeeded, Permission, me, next_page, public, requires
from course.platform.forms import form_page, go_to
from course.platform.open_id import SignInFailed
from course.platform.web import Refused
from course.site import site

bp = Blueprint("single_sign_on", __name__)
HOME = "/home"
STARTED = "single-sign-on"
ANSWER_WITHIN = timedelta(minutes=10)
RECENT = timedelta(minutes=5)
SIGN_IN, CONFIRM = "sign-in", "confirm"


class NotConnected(Refused):
    status = 400

    def __init__(self, name: str) -> None:
        super().__init__(f"Your account here is not connected to who you are at {name}. Confirm with your password.")


def _redirect_uri() -> str:
    return f"{site().base_url}{url_for('.callback')}"


def _to_provider(purpose: str, **more: str) -> ResponseReturnValue:
    """Send the browser to the provider. The cookie keeps what its reply is compared with."""
    db.release()  # the provider may be slow
    authorization = queries.provider().authorization(_redirect_uri(), **more)
    session[STARTED] = {
        "purpose": purpose,
        "at": clock.now().isoformat(),
        "next": next_page(HOME),
        "state": authorization.state,
        "nonce": authorization.nonce,
        "code_verifier": authorization.code_verifier,
    }
    return redirect(authorization.address, 303)


@bp.get("/sign-in/with-provider")
@public
def start() -> ResponseReturnValue:
    """Begin a sign-in, but not because of a link on another site: nobody is signed in without wanting it."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return go_to(url_for("sign_in.sign_in"))
    return _to_provider(SIGN_IN)


@bp.get("/confirm-identity/with-provider")
@requires(Permission.PROFILE)
def confirm() -> ResponseReturnValue:
    """Have the provider ask again who the person is."""
    return _to_provider(CONFIRM, prompt="login", max_age="0")


@bp.get("/sign-in/callback")
@public
def callback() -> ResponseReturnValue:
    """Take the provider's reply. It counts once, in the browser that asked."""
    now, started = clock.now(), session.pop(STARTED, None)
    _check(started, now)
    if request.args.get("error"):
        flash(f"You did not sign in with {queries.provider().name}.", "info")
        return go_to(url_for("sign_in.sign_in", next=started["next"]))
    db.release()
    person = _person(started)
    with db.writing():
        return _signed_in(person, started, now)


def _check(started: Any, now: datetime) -> None:
    """Raise SignInFailed if the reply is not to a request of this browser, late, or of another provider."""
    provider = queries.provider()
    if (
        not started
        or request.args.get("state") != started["state"]
        or request.args.get("iss", provider.issuer) != provider.issuer
        or now - datetime.fromisoformat(started["at"]) > ANSWER_WITHIN
    ):
        raise SignInFailed(provider.name)


def _person(started: dict[str, str]) -> Identity:
    provider = queries.provider()
    claims = provider.claims(request.args.get("code", ""), _redirect_uri(), started["nonce"], started["code_verifier"])
    try:
        return identity(claims)
    except (KeyError, ValueError):
        raise SignInFailed(provider.name) from None


def _signed_in(person: Identity, started: dict[str, str], now: datetime) -> ResponseReturnValue:
    known = queries.find(person)
    if started["purpose"] == CONFIRM:
        if known is None or not current_user.is_authenticated or known.user_id != me().id:
            raise NotConnected(queries.provider().name)
        return _confirmed(person, started, now)
    if known is None:
        keep_identity(person, started["next"], now)
        return go_to(url_for(".first_time"))
    user = accounts.person(known.user_id)
    return _enter(user, person, started["next"], now)


def _failed() -> ResponseReturnValue:
    raise SignInFailed(queries.provider().name)


def _confirmed(person: Identity, started: dict[str, str], now: datetime) -> ResponseReturnValue:
    if person.signed_in_at is None or now - person.signed_in_at > RECENT:
        return _failed()
    confirm_again(me(), second_factor=person.second_factor, now=now)
    return go_to(started["next"])


def _enter(user: User, person: Identity, target: str, now: datetime) -> ResponseReturnValue:
    """Sign the person in, after the second step if the provider did not ask for a second factor."""
    if user.closed_at is not None:
        return _failed()
    if not person.second_factor and factors.factors_of(user.id).count:
        remember_first_step(user, now)
        return go_to(url_for("second_step.second_step", next=target))
    begin(user, second_factor=person.second_factor, now=now)
    return go_to(target)


@bp.route("/sign-in/first-time", methods=["GET", "POST"])
@public
def first_time() -> ResponseReturnValue:
    """Connect the provider's account to the one that is signed in, or make a new one. Never without a press."""
    now = clock.now()
    kept = kept_identity(now)
    if kept is None:
        return go_to(url_for("sign_in.sign_in"))
    person, target = kept
    form = NewAccountForm()
    if person.given_name or person.family_name:
        form.show_name(NameParts(person.given_name, person.family_name))
    can_be_new = person.email is not None and accounts.find_by_email(person.email) is None
    if request.method == "POST" and current_user.is_authenticated:
        return _connect(person, target, now)
    if request.method == "POST" and (known := queries.find(person)):  # the form was sent twice
        return _enter(accounts.person(known.user_id), person, target, now)
    if can_be_new and not current_user.is_authenticated and form.validate_on_submit():
        user = actions.sign_up(person, form.name_parts, now=now)
        begin(user, second_factor=person.second_factor, now=now)
        forget_identity()
        return go_to(target)
    return form_page(
        "people/single_sign_on/first_time.html",
        form=form,
        person=asdict(person),
        provider_name=queries.provider().name,
        can_be_new=can_be_new,
    )


def _connect(person: Identity, target: str, now: datetime) -> ResponseReturnValue:
    if not access.is_fresh(now):
        raise FreshSignInNeeded
    actions.connect(me(), person, now=now)
    forget_identity()
    flash(f"You can sign in with {queries.provider().name} now.", "ok")
    return go_to(target)


@bp.get("/profile/security/single-sign-on")
@requires(Permission.PROFILE)
def connection() -> ResponseReturnValue:
    connected = queries.identity_of(me().id, queries.provider().issuer)
    return render_template("people/single_sign_on/connection.html", connected=connected)


@bp.post("/profile/security/single-sign-on/disconnect")
@requires(Permission.PROFILE, fresh=True)
def disconnect() -> ResponseReturnValue:
    actions.disconnect(me(), now=clock.now())
    flash(f"{queries.provider().name} no longer signs you in.", "ok")
    return go_to(url_for(".connection"))

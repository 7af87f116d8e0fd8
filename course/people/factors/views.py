"""The pages where people manage their second factors."""

import functools
from collections.abc import Callable
from datetime import datetime
from typing import ParamSpec
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from course.people.factors import actions, ceremony, one_time_code, queries
from course.people.factors.forms import AppForm, NewPasskeyForm, PasskeyNameForm, new_challenge, take_challenge
from course.people.factors.relying_party import relying_party
from course.people.sessions import actions as sessions
from course.platform import access, browser, clock
from course.platform.access import Permission, SecondFactorNeeded, current_session, me, requires
from course.platform.forms import form_page, go_to
from course.platform.sent_forms import once
from course.platform.web import PRODUCT_NAME, Refused
from course.site import site

bp = Blueprint("factors", __name__, url_prefix="/profile/security")
P = ParamSpec("P")
REGISTER = "register"


def with_factors(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Let the view change factors only in a session that was proved by one, if the account has any.

    Otherwise a session from before the first factor, with the password alone, could add a second one.
    """

    @functools.wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if current_session().second_factor_at is None and queries.factors_of(me().id).count:
            raise SecondFactorNeeded
        return view(*args, **kwargs)

    return checked


class PasskeyNotAdded(Refused):
    status = 422
    message = "The passkey was not added. Reload the page and try again."


@bp.get("")
@requires(Permission.PROFILE)
def security() -> ResponseReturnValue:
    return _page(NewPasskeyForm())


def _page(form: NewPasskeyForm) -> ResponseReturnValue:
    config = site().config
    return form_page(
        "people/factors/security.html",
        form=form,
        factors=queries.factors_of(me().id),
        needed=access.is_privileged(me()),
        passkeys_work=relying_party(config.public_url, request.host_url) is not None,
        localhost="" if config.public_url else f"http://localhost:{config.port}{url_for('.security')}",
    )


@bp.get("/passkeys/options")
@requires(Permission.PROFILE, fresh=True)
@with_factors
def passkey_options() -> ResponseReturnValue:
    user = me()
    known = [passkey.credential_id for passkey in queries.factors_of(user.id).passkeys]
    challenge = new_challenge(REGISTER, clock.now())
    return ceremony.registration_options(
        queries.passkey_site(request.host_url), PRODUCT_NAME, user.code, user.email, user.legal_name, challenge, known
    )


@bp.post("/passkeys")
@requires(Permission.PROFILE, fresh=True)
@with_factors
def add_passkey() -> ResponseReturnValue:
    form, now = NewPasskeyForm(), clock.now()
    if not form.validate_on_submit():
        return _page(form)
    challenge = take_challenge(REGISTER, now)
    key = challenge and ceremony.new_key(queries.passkey_site(request.host_url), form.credential.data, challenge[0])
    if not key:
        raise PasskeyNotAdded
    actions.add_passkey(me(), key, form.name.data, now=now)
    return _added("Your passkey is added.", now)


def _added(message: str, now: datetime) -> ResponseReturnValue:
    """Return the next page after a factor was added: the recovery codes if there are none yet.

    The person just used the factor, so the session counts as proved by it.
    """
    browser.renew(sessions.prove(current_session(), second_factor=True, now=now))
    flash(message, "ok")
    has_codes = queries.factors_of(me().id).recovery_codes
    return go_to(url_for(".security") if has_codes else url_for(".recovery_codes"))


@bp.route("/passkeys/<uuid:code>", methods=["GET", "POST"])
@requires(Permission.PROFILE)
def passkey(code: UUID) -> ResponseReturnValue:
    passkey_ = queries.own_passkey(me().id, code)
    form = PasskeyNameForm(obj=passkey_)
    if not form.validate_on_submit():
        return form_page("people/factors/passkey.html", form=form)
    actions.rename_passkey(passkey_, form.name.data)
    return go_to(url_for(".security"))


@bp.post("/passkeys/<uuid:code>/remove")
@requires(Permission.PROFILE, fresh=True)
@with_factors
@once
def remove_passkey(code: UUID) -> ResponseReturnValue:
    actions.remove_passkey(me(), queries.own_passkey(me().id, code), now=clock.now())
    flash("The passkey is removed. You can delete it from your device too.", "ok")
    return go_to(url_for(".security"))


@bp.route("/authenticator", methods=["GET", "POST"])
@requires(Permission.PROFILE, fresh=True)
@with_factors
def authenticator() -> ResponseReturnValue:
    user, form, now = me(), AppForm(), clock.now()
    sealed_secret = form.secret.data or actions.seal_secret(user, one_time_code.new_secret())
    secret = actions.unseal_secret(user, sealed_secret)
    if secret is None:
        raise Refused("This form is no longer valid. Open the page again.")
    form.secret.data = sealed_secret
    if form.validate_on_submit():
        counter = one_time_code.counter_of(secret, form.code.data, now, after=0)
        if counter is not None:
            actions.set_app(user, sealed_secret, counter, now=now)
            return _added("Your authenticator app is on.", now)
        form.code.errors = ["This code is not right. Enter the one that the app shows now."]
    qr_code = one_time_code.qr_svg(one_time_code.address(secret, user.email, PRODUCT_NAME))
    return form_page(
        "people/factors/authenticator.html",
        form=form,
        key=one_time_code.in_groups(secret),
        qr_code=Markup(qr_code),  # noqa: S704 - the library writes the element
    )


@bp.post("/authenticator/remove")
@requires(Permission.PROFILE, fresh=True)
@with_factors
def remove_authenticator() -> ResponseReturnValue:
    actions.remove_app(me(), now=clock.now())
    flash("The authenticator app is off.", "ok")
    return go_to(url_for(".security"))


@bp.route("/recovery-codes", methods=["GET", "POST"])
@requires(Permission.PROFILE, fresh=True)
@with_factors
def recovery_codes() -> ResponseReturnValue:
    factors = queries.factors_of(me().id)
    if factors.count == 0:
        return go_to(url_for(".security"))  # without a second factor there is nothing to recover
    codes = actions.make_recovery_codes(me(), now=clock.now()) if request.method == "POST" else []
    return render_template("people/factors/recovery_codes.html", codes=codes, left=factors.recovery_codes)

"""Passkeys and codes at sign-in, at the confirmation of one's identity, and where an account needs them."""

from datetime import datetime

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from course.people.accounts.actions import known_device
from course.people.accounts.models import User
from course.people.factors import actions, ceremony, queries, recovery_code
from course.people.factors.forms import PasskeyForm, new_challenge, passkey_form, take_challenge
from course.people.second_step.forms import CodeForm
from course.people.sign_in.actions import begin, confirm_again, note_failure
from course.people.sign_in.forms import first_step
from course.platform import access, browser, clock, throttle
from course.platform.access import Permission, me, next_page, public, requires
from course.platform.forms import form_page, go_to
from course.platform.web import Refused

bp = Blueprint("second_step", __name__)
HOME = "/home"
SIGN_IN = "sign-in"


class PasskeyRefused(Refused):
    status = 422
    message = "This passkey was not accepted. Go back and try again, or choose another way."


class PasskeyOfSomebodyElse(Refused):
    message = "This passkey is for another account. Go back and choose the right one."


@bp.get("/sign-in/passkey/options")
@public
def passkey_options() -> ResponseReturnValue:
    party = queries.passkey_site(request.host_url)
    return ceremony.sign_in_options(party, new_challenge(SIGN_IN, clock.now()))


@bp.post("/sign-in/passkey")
@public
def passkey() -> ResponseReturnValue:
    """Sign in with a passkey. It is something that one has, opened by a fingerprint or PIN, so it is both factors."""
    now = clock.now()
    user = _person_of_passkey(now)
    expected = first_step(now)
    if expected is not None and expected.id != user.id:
        raise PasskeyOfSomebodyElse
    begin(user, second_factor=True, now=now)
    return go_to(next_page(HOME))


def _person_of_passkey(now: datetime) -> User:
    """Return whose passkey answered the challenge of this browser. Raise PasskeyRefused."""
    form, challenge = PasskeyForm(), take_challenge(SIGN_IN, now)
    answer = ceremony.read_answer(form.credential.data) if form.validate_on_submit() else None
    if challenge is None or answer is None:
        raise PasskeyRefused
    party = queries.passkey_site(request.host_url)
    user = actions.use_passkey(answer, party, *challenge, now=now)
    if user is None:
        raise PasskeyRefused
    return user


@bp.route("/sign-in/second-step", methods=["GET", "POST"])
@public
def second_step() -> ResponseReturnValue:
    """Ask for the second factor after the password. Nothing is open before it is given."""
    now = clock.now()
    user = first_step(now)
    if user is None:
        return go_to(url_for("sign_in.sign_in", next=request.args.get("next")))
    form = CodeForm()
    if form.validate_on_submit() and _is_right(user, form, now):
        begin(user, second_factor=True, now=now)
        return go_to(next_page(HOME))
    return _page("people/second_step/second_step.html", form, user)


def _is_right(user: User, form: CodeForm, now: datetime) -> bool:
    """Return whether the code is right, and use it up. Show the error at the field otherwise. Raise TooOften."""
    attempt = throttle.count_try(throttle.CODES, str(user.code), device=known_device(user))
    code, kind, use = form.code.data, "code", actions.use_code
    if recovery_code.is_shaped(code):
        kind, use = "recovery code", actions.use_recovery_code
    if use(user, code, now=now):
        attempt.succeeded()
        return True
    note_failure(user.email, f"wrong {kind}", browser.device().address, now=now)
    form.code.errors = ["This code is wrong, or it was used already. Enter the one that the app shows now."]
    return False


def _page(template: str, form: CodeForm, user: User) -> ResponseReturnValue:
    asked = passkey_form(request.host_url)
    return form_page(template, form=form, passkey_form=asked, factors=queries.factors_of(user.id))


@bp.post("/confirm-identity/passkey")
@requires(Permission.PROFILE)
def confirm_by_passkey() -> ResponseReturnValue:
    now = clock.now()
    if _person_of_passkey(now).id != me().id:
        raise PasskeyOfSomebodyElse
    return _proved(now)


@bp.route("/second-factor", methods=["GET", "POST"])
@requires(Permission.PROFILE)
def needed() -> ResponseReturnValue:
    """Ask for the second factor where the session lacks it, or lead to setting one up."""
    now, form = clock.now(), CodeForm()
    if form.validate_on_submit() and _is_right(me(), form, now):
        return _proved(now)
    return _page("people/second_step/needed.html", form, me())


def _proved(now: datetime) -> ResponseReturnValue:
    confirm_again(me(), second_factor=True, now=now)
    return go_to(next_page(HOME))


@bp.post("/second-factor/later")
@requires(Permission.PROFILE)
def later() -> ResponseReturnValue:
    """Put the second factor off for this session. It is only possible on the machine that the site runs on."""
    access.put_off_second_factor()
    return go_to(next_page(HOME))

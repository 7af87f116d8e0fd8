"""Forms for second factors, and the challenge that a passkey answers."""

import secrets
from datetime import datetime, timedelta

from flask import session
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from course.people.factors import ceremony
from course.people.factors.relying_party import relying_party
from course.site import site

CHALLENGE_BYTES = 32
CHALLENGE = "passkey-challenge"
MAX_NAME_CHARACTERS = 60


def new_challenge(purpose: str, now: datetime) -> bytes:
    """Return a random challenge for a passkey. The browser's session cookie keeps it, signed, for one answer."""
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    session[CHALLENGE] = [purpose, challenge.hex(), now.isoformat()]
    return challenge


def take_challenge(purpose: str, now: datetime) -> tuple[bytes, datetime] | None:
    """Return the challenge of this browser and when it was made; None without one for the purpose, or if it is old."""
    kept_for, challenge, made_at = session.pop(CHALLENGE, ("", "", now.isoformat()))
    moment = datetime.fromisoformat(made_at)
    if kept_for != purpose or now - moment > timedelta(seconds=ceremony.TIMEOUT_S):
        return None
    return bytes.fromhex(challenge), moment


def passkey_name_field() -> StringField:
    return StringField(
        "Name",
        [
            DataRequired("Enter a name for the passkey."),
            Length(max=MAX_NAME_CHARACTERS, message=f"Use at most {MAX_NAME_CHARACTERS} characters."),
        ],
        [lambda text: " ".join((text or "").split())],
        description="For you to tell passkeys apart, such as Work laptop.",
    )


class PasskeyForm(FlaskForm):
    """The answer of a passkey, which the page's script fills in."""

    credential = HiddenField("Passkey", [DataRequired(), Length(max=ceremony.MAX_CREDENTIAL_CHARACTERS)])


def passkey_form(requested: str) -> PasskeyForm | None:
    """Return the form for a passkey's answer, or None if passkeys don't work at the requested address."""
    return PasskeyForm() if relying_party(site().config.public_url, requested) else None


class NewPasskeyForm(PasskeyForm):
    name = passkey_name_field()


class PasskeyNameForm(FlaskForm):
    name = passkey_name_field()


class AppForm(FlaskForm):
    """The first code of an authenticator app. `secret` is sealed, so that it comes back unchanged."""

    secret = HiddenField()
    code = StringField("Six-digit code", [DataRequired("Enter the code that the app shows.")])


class RemoveFactorsForm(FlaskForm):
    reason = TextAreaField(
        "How did the person prove who they are?",
        [DataRequired("Say how the person proved who they are."), Length(min=10, max=1000)],
        description="For example: showed a driver license in a video call. It is kept in the audit log.",
    )

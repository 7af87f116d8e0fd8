"""The browser of this request: the cookie of its session, the cookie that stays in it, and its address."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from flask import Flask, Response, after_this_request, current_app, request, session

from course.platform.device_words import device_words

TOKEN = "token"  # noqa: S105 - the name of the value
DEVICE_COOKIE_AGE_S = 400 * 24 * 3600  # the longest that browsers keep a cookie
MAX_KEY_LENGTH = 100
KEPT_IDENTITY = "kept_identity"  # who somebody is at the provider of single sign-on, until they sign in here
KEPT_AT_SIGN_IN = ("kept_form", KEPT_IDENTITY)  # kept_form: a form that waits for its person


@dataclass(frozen=True)
class Device:
    """`words` name the browser. `key` is the value of the cookie that stays in it after sign-out."""

    words: str
    key: str | None
    address: str


@dataclass(frozen=True)
class Ticket:
    """What the cookie of a new session holds: its token, and its code, for which CSRF tokens are made."""

    token: str
    code: UUID


def init_app(app: Flask, *, secure: bool) -> None:
    """Name the cookies. With HTTPS a browser takes them only from this host, for every path, and over HTTPS."""
    app.config["SESSION_COOKIE_NAME"] = f"{_prefix(secure)}session"
    app.config["DEVICE_COOKIE_NAME"] = f"{_prefix(secure)}device"


def _prefix(secure: bool) -> str:
    return "__Host-" if secure else ""


def token() -> str | None:
    """Return the token of the session in the cookie, which may have ended."""
    value = session.get(TOKEN)
    return value if isinstance(value, str) else None


def device() -> Device:
    key = request.cookies.get(current_app.config["DEVICE_COOKIE_NAME"], "")[:MAX_KEY_LENGTH]
    return Device(device_words(request.user_agent.string), key or None, request.remote_addr or "")


def known_device() -> Device:
    """Return this browser, and give it a cookie by which it is recognized at the next sign-in."""
    here = device()
    key = here.key or secrets.token_urlsafe(32)
    after_this_request(lambda response: _set_device_cookie(response, key))
    return Device(here.words, key, here.address)


def _set_device_cookie(response: Response, key: str) -> Response:
    response.set_cookie(
        current_app.config["DEVICE_COOKIE_NAME"],
        key,
        max_age=DEVICE_COOKIE_AGE_S,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def enter(ticket: Ticket) -> None:
    """Begin a new session in this browser. Forms that were opened before are of another session."""
    kept = {name: session[name] for name in KEPT_AT_SIGN_IN if name in session}
    session.clear()
    session.update(kept, csrf_token=ticket.code.hex)
    session[TOKEN] = ticket.token


def renew(token: str) -> None:
    """Replace the token. Forms that are open in this session stay valid."""
    session[TOKEN] = token


def leave() -> None:
    """Forget the session in this browser."""
    session.clear()

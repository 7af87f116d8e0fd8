"""What protects every answer: security headers, the host name that a request may ask for, redirects without a host."""

import functools
from urllib.parse import urlsplit

from flask import Flask, Response, abort, redirect, request
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as BaseResponse

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types needlewise"  # static/elements.js has the one policy
)
UNUSED_FEATURES = (
    *("accelerometer", "bluetooth", "browsing-topics", "camera", "display-capture", "encrypted-media", "fullscreen"),
    *("geolocation", "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi"),
    *("payment", "picture-in-picture", "screen-wake-lock", "serial", "usb", "web-share", "xr-spatial-tracking"),
)
DEFAULTS = {
    "Content-Security-Policy": CSP,
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in UNUSED_FEATURES),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for scanners and old browsers; the policy above says it, too
    "X-Permitted-Cross-Domain-Policies": "none",
}
HSTS = "max-age=31536000; includeSubDomains"
OWN_MACHINE = ("127.0.0.1", "localhost", "::1")  # proxies and health checks ask for the address that they connect to
HEALTH_CHECK = "/healthz"


def init_app(app: Flask, *, public_url: str) -> None:
    """Register the hooks. They run before those that are registered later."""
    parts = urlsplit(public_url)
    if parts.hostname:
        app.before_request(functools.partial(_check_host, (parts.hostname, *OWN_MACHINE)))
    app.after_request(functools.partial(_add, secure=parts.scheme == "https"))
    app.before_request(_redirect_here)


def _check_host(trusted: tuple[str, ...]) -> None:
    """Refuse a request that came under another name, such as one that an attacker's domain points here."""
    try:
        name = urlsplit(f"//{request.host}").hostname
    except ValueError:
        name = None
    if request.path != HEALTH_CHECK and name not in trusted:
        abort(421)


def _add(response: Response, *, secure: bool) -> Response:
    headers = response.headers
    for name, value in DEFAULTS.items():
        headers.setdefault(name, value)
    for_everyone = headers.get("Access-Control-Allow-Origin") == "*"
    headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if for_everyone else "same-origin")
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
    elif "v" not in request.args:
        headers["Cache-Control"] = "no-cache"  # a script that another one imports, by an address without a version
    if secure:
        headers.setdefault("Strict-Transport-Security", HSTS)
    return response


def _redirect_here() -> BaseResponse | None:
    """Redirect within this site. The router would name the host of the request, and http:// behind a TLS proxy."""
    if not isinstance(request.routing_exception, RequestRedirect):
        return None
    parts = urlsplit(request.routing_exception.new_url)
    path = "/" + parts.path.lstrip("/")  # two slashes would make a host of what follows
    return redirect(f"{path}?{parts.query}" if parts.query else path, 308)

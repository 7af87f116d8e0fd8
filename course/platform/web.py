"""What all pages share: refusals and error pages, upload limits, CSRF protection, template filters."""

import functools
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Map

from course.platform import logs
from course.platform.dates import long_date, long_moment
from course.platform.marks import mark as mark_view
from course.platform.marks import marked

PRODUCT_NAME = "Needlewise"
WORDS = {
    403: "Your account has no access to this page.",
    404: "Page not found.",
    405: "This address can't be used that way.",
    413: "The file or form is too large.",
    415: "This can only be sent as a form.",
    421: "This site has another address.",
    500: "Something went wrong on our side. What you had saved is safe; please try again.",
}
ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}  # for files that wallets and verifiers load from other sites
V = TypeVar("V", bound=Callable[..., Any])
MEGABYTE = 1_000_000
FORM_TYPES = frozenset({"", "application/x-www-form-urlencoded", "multipart/form-data"})
csrf = CSRFProtect()


class Refused(Exception):
    """The rules forbid what was requested. The message is for the person who requested it."""

    status = 409
    message = "This can't be done."
    link: tuple[str, str] | None = None  # where the person can go from here: an address and its text

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.message)
        self.message = message or self.message


class NotFound(Refused):
    status = 404
    message = WORDS[404]


class NotStorable(Refused):
    status = 422
    message = "The text has a NUL character, which can't be stored. Go back, remove it and send the form again."


class StorableInteger(IntegerConverter):
    """A number in an address that the database can store. A larger one is not found."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**31 - 1)


def init_app(app: Flask, *, secure: bool) -> None:
    app.url_map.converters["int"] = StorableInteger
    app.config.update(
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=MEGABYTE,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,  # the address of a static file changes with its bytes
        WTF_CSRF_TIME_LIMIT=None,  # a form that was left open over lunch can still be saved
        WTF_CSRF_SSL_STRICT=False,  # pages with a secret link in their address send no referrer
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.before_request(_set_upload_limit)  # before any other hook reads the form
    csrf.init_app(app)
    app.before_request(_refuse_other_bodies)
    app.before_request(_refuse_nul)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(HTTPException, _http_error)
    app.jinja_env.globals["product_name"] = PRODUCT_NAME
    app.add_template_global(functools.partial(asset, Path(app.static_folder or "")), "asset")
    app.add_template_filter(long_date, "day")
    app.add_template_filter(long_moment, "moment")


def takes_files(*, megabytes: int) -> Callable[[V], V]:
    """Mark a view that accepts more than the usual megabyte."""

    def mark(view: V) -> V:
        return mark_view(view, "max_bytes", megabytes * MEGABYTE)

    return mark


def _set_upload_limit() -> None:
    if (max_bytes := marked("max_bytes")) is not None:
        request.max_content_length = max_bytes


def max_body_bytes(app: Flask, method: str, path: str) -> int:
    """Return how large a body the app accepts at this address."""
    try:
        endpoint, _ = app.url_map.bind("").match(path, method)
    except HTTPException:
        return MEGABYTE
    return int(getattr(app.view_functions[endpoint], "max_bytes", MEGABYTE))


def _refuse_other_bodies() -> None:
    """Answer 415 to a body that is no form. Flask-WTF would read JSON of any shape and depth as fields."""
    if request.content_length and request.mimetype not in FORM_TYPES:
        abort(415)


def _refuse_nul() -> None:
    """Raise NotStorable for a NUL character. PostgreSQL can't store it, and no keyboard types it."""
    if "\0" in request.path or any("\0" in value for _, value in request.values.items(multi=True)):
        raise NotStorable


def unlisted(response: Response) -> Response:
    """Keep the page out of search engines, and its address from the sites that it links to."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def wants_json() -> bool:
    """Return whether the client prefers JSON to a page."""
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def error_page(status: int, message: str, link: tuple[str, str] | None = None) -> ResponseReturnValue:
    """Return the error as a page, or as JSON if the client prefers that. `link`: an address and its text."""
    reference = logs.reference() if status >= 500 else None
    if wants_json():
        return {"error": message} | ({"reference": reference} if reference else {}), status
    return render_template("error.html", status=status, message=message, link=link, reference=reference), status


def _refused(refusal: Refused) -> ResponseReturnValue:
    return error_page(refusal.status, refusal.message, refusal.link)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error  # a redirect by the router
    return error_page(error.code, WORDS.get(error.code, error.description or error.name))


@functools.cache
def asset(folder: Path, name: str) -> str:
    """Return the address of a static file. It changes with the file's bytes, so browsers may cache it forever."""
    version = hashlib.sha256((folder / name).read_bytes()).hexdigest()[:12]
    return url_for("static", filename=name, v=version)

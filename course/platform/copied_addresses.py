"""Addresses that were copied from a sentence: `/shared/TOKEN.`, `/certificates/NUMBER/`, `/invitations/TOKEN>`."""

from typing import Any

from flask import Flask, current_app, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import RequestRedirect

from course.platform import copied_text


def init_app(app: Flask) -> None:
    app.url_value_preprocessor(_clean_token)
    app.before_request(_leave_out_what_follows)


def _clean_token(_: str | None, values: dict[str, Any] | None) -> None:
    if values and "token" in values:
        values["token"] = copied_text.token(values["token"])


def _leave_out_what_follows() -> ResponseReturnValue | None:
    """Redirect to the page whose address this is, with a slash or punctuation after it."""
    if not isinstance(request.routing_exception, NotFound) or request.method not in {"GET", "HEAD"}:
        return None
    path = "/" + copied_text.without_end(request.path).lstrip("/")  # two slashes would make a host of what follows
    try:
        current_app.create_url_adapter(request).match(path, "GET")  # type: ignore[union-attr]
    except RequestRedirect:
        pass  # the address of a list, which ends with a slash
    except HTTPException:
        return None
    return redirect(path, 308)

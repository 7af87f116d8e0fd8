"""The log on stderr: one JSON object a line, with who asked for what from where, so that other programs can read it.

Neither addresses of pages nor forms are logged, because some hold secrets. The route stands for the address.
"""

import functools
import json
import logging
import secrets
import sys
import time
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from flask import Flask, Response, g, has_request_context, request

from course.platform import visitor

NOTED = frozenset({400, 403, 410, 411, 413, 421, 429})  # refusals that an attacker meets and others rarely do
log = logging.getLogger(__name__)


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= _request() | getattr(record, "fields", {})
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)  # ASCII without line breaks, so that nothing that people send looks like a line


def configure() -> None:
    """Send the log of this process to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("course").setLevel(logging.INFO)


def init_app(app: Flask, *, every_request: bool) -> None:
    app.before_request(_begin)
    app.after_request(functools.partial(_note, every_request=every_request))
    app.log_exception = _log_exception  # type: ignore[method-assign]  # Flask's own logs the address of the page


def reference() -> str:
    """Return the id of this request, under which the log has it."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(8)
    return str(g.request_id)


def _begin() -> None:
    g.began = time.perf_counter()


def _note(response: Response, *, every_request: bool) -> Response:
    """Log a refusal by a security control or a guess at an address that is a secret, and if wanted all the rest."""
    status = response.status_code
    is_guess = status == 404 and "token" in (request.view_args or {})
    is_refusal = status in NOTED or status > 500 or is_guess
    if is_refusal or every_request:
        took = round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1)
        level, words = (logging.WARNING, "refused") if is_refusal else (logging.INFO, "answered")
        log.log(level, words, extra={"fields": {"status": status, "ms": took}})
    response.headers["X-Request-ID"] = reference()
    return response


def _log_exception(
    exc_info: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
) -> None:
    log.error("failed", exc_info=exc_info, extra={"fields": {"status": 500}})


def _request() -> dict[str, Any]:
    """Return what is known about the request that is being answered. It reads nothing from the database."""
    if not has_request_context():
        return {}
    person = g.get("_login_user")
    return {
        "request": reference(),
        "method": request.method,
        "route": request.url_rule.rule if request.url_rule else None,
        "address": visitor.address(),
        "person": str(person.code) if person and person.is_authenticated else None,
    }

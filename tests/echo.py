"""A WSGI app that answers with what the server gave to it."""

import hashlib
import json

COPIED = (
    "REQUEST_METHOD",
    "PATH_INFO",
    "QUERY_STRING",
    "REMOTE_ADDR",
    "CONTENT_LENGTH",
    "HTTP_X_TWICE",
    "HTTP_X_SPOOF",
)


def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/written":
        start_response("200 OK", [("Content-Type", "text/plain")])(b"written, ")
        return [b"then returned"]
    if path == "/broken":
        raise RuntimeError("broken on purpose")
    body = b"" if path == "/unread" else environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    seen = {name: environ.get(name) for name in COPIED} | {"sha256": hashlib.sha256(body).hexdigest()}
    start_response("200 OK", [("Content-Type", "application/json"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    return iter([json.dumps(seen).encode()])

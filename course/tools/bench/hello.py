"""The baseline: the smallest WSGI app there is."""

from wsgiref.types import StartResponse, WSGIEnvironment


def app(_environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"hello"]

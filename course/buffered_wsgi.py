"""Runs a WSGI app on an asynchronous server, so that a slow client never holds a thread.

A request is read completely before a thread answers it, and an answer is complete before it is sent. Waiting for the
network happens in an event loop, which can wait for thousands of clients at once. Deadlines end what is too slow.
"""

import asyncio
import io
import logging
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from typing import IO, Any
from wsgiref.types import WSGIApplication, WSGIEnvironment

from granian._granian import RSGIHTTPProtocol as HTTPProtocol
from granian.rsgi import Scope

THREADS = 4  # while one waits for the disk, the others collect saves for the next commit
BODY_TIMEOUT_S = 20
MIN_BYTES_PER_S = 16_000  # a large body has this much more time; slow mobile networks (EDGE) are faster
MEMORY_PER_BODY = 64_000  # a larger body is in a temporary file
MAX_BYTES_IN_FILES = 1_000_000_000
MAX_DISCARDED_BYTES = 50_000_000
Headers = list[tuple[str, str]]
BodyLimit = Callable[[str, str], int]
log = logging.getLogger(__name__)


class Refusal(Exception):
    """A request that the app is not asked to answer. Its connection is closed, because its body was not read."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


class BufferedWSGI:
    """A WSGI app as an RSGI app. `max_body_bytes` returns how large a body the app accepts, by method and path."""

    def __init__(self, app: WSGIApplication, max_body_bytes: BodyLimit) -> None:
        self.app, self.max_body_bytes = app, max_body_bytes
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")
        self.bytes_in_files = 0

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        environ = _environ(scope)
        try:
            async with self._body(scope, environ, protocol) as environ["wsgi.input"]:
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(self.threads, _answer, self.app, environ, protocol)
        except Refusal as refusal:
            fields = {"method": scope.method, "address": environ["REMOTE_ADDR"], "status": refusal.status}
            log.warning(refusal.message, extra={"fields": fields})
            headers = [("content-type", "text/plain; charset=utf-8"), ("connection", "close"), ("server", "")]
            protocol.response_str(refusal.status, headers, refusal.message + "\n")

    @asynccontextmanager
    async def _body(self, scope: Scope, environ: WSGIEnvironment, protocol: HTTPProtocol) -> AsyncIterator[IO[bytes]]:
        """Yield the body of the request; nothing of one that is larger than the app accepts.

        The app sees the length of a body that is too large and refuses it with a page. Browsers show that page only if
        the body was read, so it is read and dropped. Raise Refusal for a body that can't be read.
        """
        if "HTTP_TRANSFER_ENCODING" in environ:
            raise Refusal(411, "A request with a body needs a Content-Length.")  # else a cut body would look whole
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length > MAX_DISCARDED_BYTES:
            raise Refusal(413, "The file or form is too large.")
        if length and length > self.max_body_bytes(scope.method, scope.path):
            await _read(protocol, length, lambda _part: None)
            yield io.BytesIO()
        elif length > MEMORY_PER_BODY:
            with self._file() as file:
                await _read(protocol, length, lambda part: self._store(part, file))
                file.seek(0)
                yield file
        else:
            body = io.BytesIO()
            if length:
                await _read(protocol, length, body.write)
                body.seek(0)
            yield body

    @contextmanager
    def _file(self) -> Iterator[IO[bytes]]:
        if self.bytes_in_files > MAX_BYTES_IN_FILES:
            raise Refusal(503, "Too many files are being sent at the moment. Please try again in a minute.")
        with tempfile.TemporaryFile() as file:
            try:
                yield file
            finally:
                self.bytes_in_files -= file.seek(0, io.SEEK_END)

    def _store(self, part: bytes, file: IO[bytes]) -> None:
        file.write(part)
        self.bytes_in_files += len(part)


async def _read(protocol: HTTPProtocol, length: int, write: Callable[[bytes], object]) -> None:
    received = 0
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S + length / MIN_BYTES_PER_S):
            async for part in protocol:
                received += len(part)
                write(part)
    except TimeoutError:
        raise Refusal(408, "The request was sent too slowly.") from None
    if received != length:
        raise Refusal(400, "The request was not sent completely.")


def _answer(app: WSGIApplication, environ: WSGIEnvironment, protocol: HTTPProtocol) -> None:
    """Run the app and hand its whole answer over to the server, which sends it as fast as the client reads."""
    body: list[bytes] = []
    status, headers = 500, Headers()

    def start_response(line: str, fields: Headers, _exc_info: Any = None, /) -> Callable[[bytes], object]:
        nonlocal status, headers
        status, headers = int(line.partition(" ")[0]), fields
        return body.append

    parts = app(environ, start_response)
    try:
        body.extend(parts)
    finally:
        if close := getattr(parts, "close", None):
            close()
    protocol.response_bytes(status, [*headers, ("server", "")], b"".join(body))  # the server would add its name


def _environ(scope: Scope) -> WSGIEnvironment:
    server, _, port = scope.server.rpartition(":")
    client, _, client_port = scope.client.rpartition(":")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),  # PEP 3333: bytes in a str
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": client.strip("[]"),
        "REMOTE_PORT": client_port,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if "_" not in name:  # it would pass for the header with a hyphen, which a proxy sets
            key = name.upper().replace("-", "_")
            key = key if key in {"CONTENT_LENGTH", "CONTENT_TYPE"} else f"HTTP_{key}"
            environ[key] = f"{environ[key]},{value}" if key in environ else value
    return environ

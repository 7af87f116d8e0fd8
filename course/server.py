"""One parent process starts the WSGI server and the workers, reports when they are ready, and stops all of them.

With it one command serves the whole site on any system, without a process manager to install and configure. Forking
after the content is loaded also lets all processes share its memory.
"""

import contextlib
import ctypes
import functools
import http.client
import importlib
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.process import BaseProcess

from flask import Flask
from granian import Granian
from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from course.buffered_wsgi import BufferedWSGI
from course.platform.web import MEGABYTE, max_body_bytes

if sys.platform != "win32":
    import resource

READY_TIMEOUT_S = 30
STOP_TIMEOUT_S = 5  # children that still run are killed
WORKERS = min(os.cpu_count() or 1, 4)
HEADER_TIMEOUT_S = 20  # also ends a kept connection on which no next request comes
UNREAD_TIMEOUT_S = 30  # a client that reads slowly but reads has all the time that it needs
MAX_HEADER_BYTES = 65_536
MAX_CONNECTIONS = 8_192  # of one worker
LINUX = sys.platform == "linux"


def serve(host: str, port: int, address: str, notices: Sequence[str], workers: Sequence[Callable[[], None]]) -> int:
    """Serve until SIGTERM or SIGINT. Return the exit code. A worker that dies is started again."""
    if fault := _port_fault(host, port):
        print(fault, file=sys.stderr)
        return 1
    if LINUX:  # forked children need no imports; forking isn't safe on other systems
        multiprocessing.set_start_method("fork", force=True)
    stop = threading.Event()
    server = _start(_serve_web, host, port)
    running = {work: _start(_run_worker, work) for work in workers}
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _number, _frame: stop.set())
    threading.Thread(target=_announce, args=(host, port, address, notices), daemon=True).start()
    try:
        while not stop.wait(0.3):
            if not server.is_alive():
                print(f"The server ended unexpectedly with code {server.exitcode}.", file=sys.stderr)
                return 1
            for work in [work for work, worker in running.items() if not worker.is_alive()]:
                print("A worker ended unexpectedly and is started again.", file=sys.stderr)
                stop.wait(2)
                running[work] = _start(_run_worker, work)
    finally:
        _end(server, *running.values())
    return 0


def _port_fault(host: str, port: int) -> str | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except socket.gaierror:
            return f"HOST: {host!r} is not an address of this machine."
        except OSError as error:
            return f"PORT: {host}:{port} can't be used ({error.strerror}); set PORT or HOST to another."
    return None


def _start(run: Callable[..., None], *args: object) -> BaseProcess:
    process = multiprocessing.Process(target=run, args=args)
    process.start()
    return process


def _detach() -> None:
    """Prepare a child process: only the parent gets Ctrl-C and stops its children, and no child outlives it."""
    os.setsid()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, signal.SIG_DFL)
    if LINUX:
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)
    else:
        threading.Thread(target=_watch_parent, args=(os.getppid(),), daemon=True).start()


def _watch_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def _serve_web(host: str, port: int) -> None:
    _detach()
    serve_app("wsgi:app", host, port)


class _Server(Granian):  # type: ignore[misc, valid-type]
    """A server that ends a connection whose client has read nothing for a while. Granian sets no such limit itself."""

    def _init_shared_socket(self) -> None:
        super()._init_shared_socket()
        if LINUX:
            family = socket.AF_INET6 if ":" in self.bind_addr else socket.AF_INET
            listening = socket.create_server((self.bind_addr, self.bind_port), family=family, backlog=self.backlog)
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_TIMEOUT_S * 1000)
            listening.setblocking(False)
            self._ssp, self._shd = None, SocketHolder(listening.detach(), False, self.backlog)  # type: ignore[call-arg]


def serve_app(target: str, host: str, port: int) -> None:
    """Serve the WSGI app `target`, written module:name, until the process is stopped."""
    _Server(
        target,
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT_S * 1000, max_buffer_size=MAX_HEADER_BYTES),
        websockets=False,
        workers=WORKERS,
        backpressure=_raise_max_connections(),
        log_level=LogLevels.warning,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_TIMEOUT_S - 2,
    ).serve(target_loader=_load)


def _load(target: str) -> BufferedWSGI:
    module, _, name = target.partition(":")
    app = getattr(importlib.import_module(module), name)
    return BufferedWSGI(app, functools.partial(max_body_bytes, app) if isinstance(app, Flask) else _megabyte)


def _megabyte(_method: str, _path: str) -> int:
    return MEGABYTE


def _raise_max_connections() -> int:
    """Let the process open as many files as the system allows. Return how many connections a worker may have.

    An idle connection costs little memory and no thread. While a worker has its maximum, nobody else gets through.
    """
    if sys.platform == "win32":
        return MAX_CONNECTIONS
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MAX_CONNECTIONS if most == resource.RLIM_INFINITY else min(most, 2 * MAX_CONNECTIONS)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    return wanted // 2  # the other half is for files


def _run_worker(work: Callable[[], None]) -> None:
    _detach()
    if sys.platform != "win32":
        os.nice(10)  # page requests have priority
    work()


def _announce(host: str, port: int, address: str, notices: Sequence[str]) -> None:
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    for _ in range(READY_TIMEOUT_S * 50):
        if _answers(local, port):
            print("\n".join([f"Ready: {address}", *notices]), flush=True)
            return
        time.sleep(0.02)
    print(f"The server did not answer within {READY_TIMEOUT_S} seconds.", file=sys.stderr)


def _answers(host: str, port: int) -> bool:
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection(host, port, timeout=2)
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    return False


def _end(*children: BaseProcess) -> None:
    for child in children:
        child.terminate()
    for child in children:
        child.join(STOP_TIMEOUT_S)
        if child.is_alive():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid or 0, signal.SIGKILL)  # it leads a session: its own children go with it
            child.join()

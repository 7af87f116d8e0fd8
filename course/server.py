"""One parent process starts the WSGI server and the workers, reports when they are ready, and stops all of them.

With it one command serves the whole site on any system, without a process manager to install and configure. Forking
after the content is loaded also lets all processes share its memory.
"""

import contextlib
import ctypes
import http.client
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.process import BaseProcess

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

READY_TIMEOUT_S = 30
STOP_TIMEOUT_S = 5  # children that still run are killed
WORKERS = min(os.cpu_count() or 1, 4)
THREADS_PER_WORKER = 4  # while one waits for the disk, the others collect saves for the next commit
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


def serve_app(target: str, host: str, port: int) -> None:
    """Serve the WSGI app `target`, written module:name, until the process is stopped."""
    Granian(
        target,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=THREADS_PER_WORKER,
        log_level=LogLevels.warning,
        log_access=False,
        respawn_failed_workers=True,
    ).serve()


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

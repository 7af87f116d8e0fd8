"""Serving: one parent that starts the WSGI server and the worker, says when both are ready, and stops both."""

import contextlib
import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

from course.config import ROOT

PATIENCE = 30  # seconds until the server must answer
LAST_WORD = 5  # seconds that children get to stop by themselves


def serve(host: str, port: int, workers: int, address: str, notices: Sequence[str] = ()) -> int:
    """Runs until SIGTERM or SIGINT and returns the exit code. A worker that dies is started again."""
    if fault := _port_fault(host, port):
        print(fault, file=sys.stderr)
        return 1
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _number, _frame: stop.set())
    server = _start([sys.executable, "-m", "granian", *_options(host, port, workers), "wsgi:app"])
    worker = _start([sys.executable, "-m", "course", "worker"])
    threading.Thread(target=_announce, args=(host, port, address, notices), daemon=True).start()
    try:
        while not stop.wait(0.3):
            if server.poll() is not None:
                print(f"The server ended by itself with code {server.returncode}.", file=sys.stderr)
                return 1
            if worker.poll() is not None:
                print("The worker ended by itself and is started again.", file=sys.stderr)
                stop.wait(2)
                worker = _start([sys.executable, "-m", "course", "worker"])
    finally:
        _end(server, worker)
    return 0


def _options(host: str, port: int, workers: int) -> list[str]:
    return [
        "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(workers),
        "--blocking-threads", "1", "--log-level", "warning", "--no-access-log", "--respawn-failed-workers",
    ]  # fmt: skip


def _port_fault(host: str, port: int) -> str | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return f"PORT: {host}:{port} can't be used ({error.strerror}); set PORT or HOST to another."
    return None


def _start(command: list[str]) -> "subprocess.Popen[bytes]":
    # A session of its own: Ctrl-C reaches the parent alone, which then stops its children in order.
    return subprocess.Popen(command, cwd=ROOT, start_new_session=True, preexec_fn=_die_with_parent)  # noqa: PLW1509, S603


def _die_with_parent() -> None:
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def exit_with_parent() -> None:
    """Ends this process when its parent is gone, on systems that can't do it by themselves."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    if sys.platform != "linux":
        threading.Thread(target=watch, daemon=True).start()


def _announce(host: str, port: int, address: str, notices: Sequence[str]) -> None:
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    for _ in range(PATIENCE * 20):
        if _answers(near, port):
            print("\n".join([f"Ready: {address}", *notices]), flush=True)
            return
        time.sleep(0.05)
    print(f"The server has not answered for {PATIENCE} seconds.", file=sys.stderr)


def _answers(host: str, port: int) -> bool:
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection(host, port, timeout=2)
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    return False


def _end(*children: "subprocess.Popen[bytes]") -> None:
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(LAST_WORD)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()

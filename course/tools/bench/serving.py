"""Run the servers to measure, each as a process tree: `python -m course.tools.bench.serving module:app PORT`."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from course import server
from course.tools.bench.load import NoReply

START_TIMEOUT_S = 60
COMMAND = [sys.executable, "-m", "course.tools.bench.serving"]


@contextmanager
def running(command: Sequence[str], port: int, environ: Mapping[str, str]) -> Iterator[None]:
    """Start a server and wait until it listens. It shares our stderr."""
    process = subprocess.Popen(command, env=dict(environ), stdout=subprocess.DEVNULL)  # noqa: S603 - a command of ours
    try:
        _wait(port, process)
        yield
    finally:
        process.terminate()
        process.wait()


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(START_TIMEOUT_S * 20):
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise NoReply


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    server.serve_app(sys.argv[1], "127.0.0.1", int(sys.argv[2]))

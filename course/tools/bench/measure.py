"""Measure the real server with a temporary database, and leave nothing behind.

Every row is measured in each round, so that other work on the machine affects all of them.
"""

import importlib.util
import os
import secrets
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import psycopg
from flask import Flask
from sqlalchemy import make_url

from course.platform.config import Config
from course.platform.web import Refused
from course.site import site_of
from course.tools.bench import crowd, disk, issuing, load, rows, serving, writer_waits
from course.tools.bench.report import Measured, table

ROUNDS = 3
ATTEMPTS = {1: 40, 8: 64, 32: 96}  # how many are started and submitted, by number of connections
SITE_SETTINGS = frozenset({"COURSE_DATA", "DATABASE_URL", "QUEUE_URL", "SMTP_URL", "PUBLIC_URL"})


class NoDatabase(Refused):
    message = "DATABASE_URL: the benchmark needs a temporary database, and this user may not create one."


def run(
    config: Config, seconds: float, certificates: int, ready: Callable[[Config], Flask], say: Callable[[str], None]
) -> Iterator[str]:
    """Yield the lines of the report. Each measurement takes `seconds`, and that many `certificates` are issued.

    `say` reports progress. The files are in a temporary folder of COURSE_DATA, because the commits of that disk count.
    """
    with tempfile.TemporaryDirectory(dir=config.data, prefix="bench-") as folder, _database(config) as url:
        environ = {name: value for name, value in os.environ.items() if name not in SITE_SETTINGS}
        environ |= {"COURSE_DATA": folder} | ({"DATABASE_URL": url} if url else {})
        say("Filling a temporary database …")
        app = ready(Config.from_environ(environ))
        people = crowd.gather(app)
        site_of(app).engines.dispose()
        with _servers(environ) as ports:
            ours = ports.pop("app")
            requests_by_row = {
                name: (port, [load.HttpRequest("GET", "/")] * max(ATTEMPTS)) for name, port in ports.items()
            }
            requests_by_row |= {name: (ours, requests) for name, requests in rows.repeatable(app, people).items()}
            startable = crowd.startable(app, people)
            bench = _Bench(app, ours, requests_by_row, _writers(Path(folder), url), startable, seconds)
            bench.warm_up()
            measured = _rounds(bench, say)
            say(f"Issuing {certificates} certificates …")
            issued = issuing.measure(app, requests_by_row["module page"][1], ours, certificates, seconds, environ)
        site_of(app).engines.dispose()
    yield from table(measured)
    yield from issuing.lines(issued)


def run_writer_waits(config: Config, ready: Callable[[Config], Flask], say: Callable[[str], None]) -> Iterator[str]:
    """Yield the lines on how long other writers wait. PostgreSQL locks single rows, so only SQLite is measured."""
    with tempfile.TemporaryDirectory(dir=config.data, prefix="bench-") as folder:
        environ = {name: value for name, value in os.environ.items() if name not in SITE_SETTINGS}
        say("Issuing certificates while another writer waits …")
        app = ready(Config.from_environ(environ | {"COURSE_DATA": folder}))
        waits = writer_waits.measure(app)
        site_of(app).engines.dispose()
    yield from writer_waits.lines(waits)


@contextmanager
def _database(config: Config) -> Iterator[str | None]:
    """Yield the URL of a temporary PostgreSQL database on the server of DATABASE_URL; None for SQLite."""
    url = make_url(config.database)
    if url.get_backend_name() == "sqlite":
        yield None
        return
    name, given = f"bench_{secrets.token_hex(4)}", url.set(drivername="postgresql").render_as_string(False)
    with psycopg.connect(given, autocommit=True) as connection:
        try:
            connection.execute(f"CREATE DATABASE {name}".encode())
        except psycopg.errors.InsufficientPrivilege:
            raise NoDatabase from None
        try:
            yield url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextmanager
def _servers(environ: Mapping[str, str]) -> Iterator[dict[str, int]]:
    """Run our app, the hello app on our server and, if it is installed, on gunicorn. Yield the ports by name."""
    commands = {
        "app": [*serving.COMMAND, "course.tools.bench.app:app"],
        rows.HELLO: [*serving.COMMAND, "course.tools.bench.hello:app"],
    }
    if importlib.util.find_spec("gunicorn"):
        commands[rows.GUNICORN] = [sys.executable, "-m", "gunicorn", "--log-level=error", "-w2", "--threads=4", "-b"]
    ports = {name: serving.free_port() for name in commands}
    with ExitStack() as stack:
        for name, command in commands.items():
            port = ports[name]
            end = [f"127.0.0.1:{port}", "course.tools.bench.hello:app"] if name == rows.GUNICORN else [str(port)]
            stack.enter_context(serving.running([*command, *end], port, environ))
        yield ports


def _writers(folder: Path, url: str | None) -> dict[str, disk.Writer]:
    return {rows.POSTGRESQL: disk.postgresql(url)} if url else {rows.SQLITE: disk.sqlite(folder / "commits.db")}


@dataclass(frozen=True)
class _Bench:
    """What is measured: requests with their port, database writers, and attempts that can be started."""

    app: Flask
    port: int
    requests_by_row: Mapping[str, tuple[int, Sequence[load.HttpRequest]]]
    writers: Mapping[str, disk.Writer]
    startable: Iterator[tuple[crowd.Learner, str]]
    seconds: float

    def warm_up(self) -> None:
        """Send each kind of request for a while, because the first requests of a process are slower."""
        for port, requests in self.requests_by_row.values():
            load.drive(port, requests, max(ATTEMPTS), self.seconds / 4)

    def once(self, connections: int, attempts: int) -> Iterator[tuple[str, load.Load]]:
        """Measure each row once."""
        for name, writer in self.writers.items():
            yield name, disk.drive(writer, connections, self.seconds)
        for name, (port, requests) in self.requests_by_row.items():
            yield name, load.drive(port, requests, connections, self.seconds)
        pairs = list(islice(self.startable, attempts))
        yield rows.START, load.drive(self.port, [rows.start(*pair) for pair in pairs], connections, None)
        submits = [rows.submit(learner, crowd.answered(self.app, learner, id_)) for learner, id_ in pairs]
        yield rows.SUBMIT, load.drive(self.port, submits, connections, None)


def _rounds(bench: _Bench, say: Callable[[str], None]) -> Measured:
    measured: dict[tuple[str, int], list[load.Load]] = {}
    for number in range(1, ROUNDS + 1):
        for connections, attempts in ATTEMPTS.items():
            say(f"Round {number} of {ROUNDS}, connections: {connections} …")
            for name, done in bench.once(connections, attempts):
                measured.setdefault((name, connections), []).append(done)
    return measured

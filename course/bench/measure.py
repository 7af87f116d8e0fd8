"""Measures the real server, with a database of its own, and leaves nothing behind.

Every row is measured in each round, so that what else the machine does meets all of them.
"""

import importlib.util
import os
import secrets
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path

import psycopg
from flask import Flask
from sqlalchemy import make_url

from course.bench import crowd, disk, load, rows, serving
from course.bench.report import table
from course.config import Config
from course.web import Refused

ROUNDS = 3
CONNECTIONS = {1: 40, 8: 64, 32: 96}  # and how many attempts are started and submitted with so many
OWN = frozenset({"COURSE_DATA", "DATABASE_URL", "QUEUE_URL", "SMTP_URL", "PUBLIC_URL"})  # settings not to be touched
Measured = dict[tuple[str, int], list[load.Load]]


class NoDatabase(Refused):
    message = "DATABASE_URL: its user may not create databases, and the benchmark needs one of its own."


def run(config: Config, seconds: float, ready: Callable[[Config], Flask], say: Callable[[str], None]) -> Iterator[str]:
    """The lines of the table. `seconds` each measurement takes; `say` hears of progress.

    Works in a folder of its own in COURSE_DATA, because it is that disk's commits that count.
    """
    with tempfile.TemporaryDirectory(dir=config.data, prefix="bench-") as folder, _database(config) as url:
        environ = {name: value for name, value in os.environ.items() if name not in OWN}
        environ |= {"COURSE_DATA": folder} | ({"DATABASE_URL": url} if url else {})
        say("Filling a database of its own …")
        app = ready(Config.from_environ(environ))
        people = crowd.gather(app)
        app.extensions["engine"].dispose()
        with _servers(environ) as ports:
            measured = _rounds(app, people, ports, _commits(Path(folder), url), seconds, say)
        app.extensions["engine"].dispose()
    yield from table(measured)


@contextmanager
def _database(config: Config) -> Iterator[str | None]:
    """The address of a new PostgreSQL database beside the one of DATABASE_URL; None where that is SQLite."""
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
    """Our app, the least app under our server and, where it is installed, under gunicorn: the port of each."""
    commands = {"app": [*serving.SELF, "course.bench.app:app"], rows.HELLO: [*serving.SELF, "course.bench.hello:app"]}
    if importlib.util.find_spec("gunicorn"):
        commands[rows.GUNICORN] = [sys.executable, "-m", "gunicorn", "--log-level=error", "-w2", "--threads=4", "-b"]
    ports = {name: serving.free_port() for name in commands}
    with ExitStack() as stack:
        for name, command in commands.items():
            port = ports[name]
            end = [f"127.0.0.1:{port}", "course.bench.hello:app"] if name == rows.GUNICORN else [str(port)]
            stack.enter_context(serving.running([*command, *end], port, environ))
        yield ports


def _commits(folder: Path, url: str | None) -> disk.Writer:
    return disk.postgresql(url) if url else disk.sqlite(folder / "commits.db")


def _rounds(
    app: Flask, people: crowd.Crowd, ports: Mapping[str, int], commits: disk.Writer,
    seconds: float, say: Callable[[str], None],
) -> Measured:  # fmt: skip
    hello = {name: [load.Ask("GET", "/")] * max(CONNECTIONS) for name in ports if name != "app"}
    asked = hello | rows.repeatable(app, people)
    for name, asks in asked.items():  # the first requests of a process are not like the others
        load.drive(ports.get(name, ports["app"]), asks, max(CONNECTIONS), seconds / 4)
    free, measured = crowd.startable(app, people), Measured()
    for number in range(1, ROUNDS + 1):
        for connections, attempts in CONNECTIONS.items():
            say(f"Round {number} of {ROUNDS}, connections: {connections} …")
            for name, asks in asked.items():
                done = load.drive(ports.get(name, ports["app"]), asks, connections, seconds)
                measured.setdefault((name, connections), []).append(done)
            chain = _attempts(app, list(islice(free, attempts)), ports["app"], connections)
            alone = {rows.COMMITS: disk.drive(commits, connections, seconds)}
            for name, done in (chain | alone).items():
                measured.setdefault((name, connections), []).append(done)
    return measured


def _attempts(
    app: Flask, pairs: list[tuple[crowd.Learner, str]], port: int, connections: int
) -> dict[str, load.Load]:  # fmt: skip
    started = load.drive(port, [rows.start(*pair) for pair in pairs], connections, None)
    codes = [crowd.answered(app, *pair) for pair in pairs]
    asks = [rows.submit(learner, code) for (learner, _), code in zip(pairs, codes, strict=True)]
    return {rows.START: started, rows.SUBMIT: load.drive(port, asks, connections, None)}

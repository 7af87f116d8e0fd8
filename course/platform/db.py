"""The database: its engines, one session per application context, and units of work, which alone may commit."""

import functools
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from fractions import Fraction
from typing import Any, ParamSpec, TypeVar, cast

from flask import Flask, g, has_request_context, request
from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    Select,
    String,
    TypeDecorator,
    create_engine,
    event,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from werkzeug.local import LocalProxy

from course.platform.marks import mark, marked
from course.site import site

if sys.platform != "win32":
    import fcntl

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound="Model")
V = TypeVar("V", bound=Callable[..., Any])
LOCK_TIMEOUT_S = 10


class Lock(IntEnum):
    """Tasks that only one process at a time may do; the numbers are PostgreSQL's advisory locks."""

    ANNOUNCE_STATES = 7210002
    BUILD_INDEX = 7210003
    OPEN_PANEL = 7210004
    CHECK_RECORDS = 7210010
    REPORT_TO_BOARDS = 7210011
    ORDER_BULK_ISSUE = 7210012
    SEAL_AUDIT_LOG = 7210013
    RECORD_APPROVAL = 7210014


SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Model(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UTCDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC on both databases. Raise ValueError for a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is not None and value.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {value}")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class Exact(TypeDecorator[Fraction]):
    """An exact fraction, stored as text such as 2/3, so that passing never depends on floating-point rounding."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Fraction | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else str(Fraction(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Fraction | None:  # noqa: ARG002
        return None if value is None else _fraction(value)


_fraction = functools.lru_cache(4096)(Fraction)  # only a few different values are stored


def _session() -> Session:
    if "session" not in g:
        engines = site().engines
        g.session = Session(engines.reading if _only_reads() else engines.writing, expire_on_commit=False)
    return cast(Session, g.session)


def _only_reads() -> bool:
    if not has_request_context():
        return False
    return request.method in SAFE_METHODS or bool(marked("hands_over"))


def hands_over(view: V) -> V:
    """Mark a view whose own session only reads, because a group commit writes for it."""
    return mark(view, "hands_over", value=True)


session: Session = cast(Session, LocalProxy(_session))


def new_engine(url: str) -> Engine:
    """Return an engine for reading and writing."""
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_writing)
    return engine


def _reading(engine: Engine) -> Engine:
    """Return the engine for requests that only read.

    On SQLite it has connections of its own, which can't write and never wait for a writer. Switching one connection
    between reading and writing would drop its prepared statements each time.
    """
    if engine.dialect.name != "sqlite":
        return engine
    reader = create_engine(engine.url)
    event.listen(reader, "connect", _prepare_sqlite)
    event.listen(reader, "connect", lambda connection, _record: connection.execute("PRAGMA query_only=ON"))
    event.listen(reader, "begin", lambda connection: _driver(connection).execute("BEGIN"))
    return reader


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN loses updates; we send ours
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={LOCK_TIMEOUT_S * 1000}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_writing(connection: Connection) -> None:
    """Make each writing transaction wait its turn before it reads, so that it never acts on old rows."""
    driver = _driver(connection)
    with _next_in_line(f"{connection.engine.url.database}-line"):
        driver.execute("PRAGMA busy_timeout=1")
        try:
            _begin_immediate(driver)
        finally:
            driver.execute(f"PRAGMA busy_timeout={LOCK_TIMEOUT_S * 1000}")


def _begin_immediate(driver: sqlite3.Connection) -> None:
    """Try every millisecond. SQLite's own back-off keeps sleeping after the database is free."""
    until = time.monotonic() + LOCK_TIMEOUT_S
    while True:
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise OperationalError("BEGIN IMMEDIATE", None, error) from error
        else:
            return


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.driver_connection)


@contextmanager
def _next_in_line(path: str) -> Iterator[None]:
    """Let writers of all processes begin in the order in which they came, on systems with file locks.

    SQLite lets each of them sleep and try again, so some starve. Here one tries and the others wait in line behind it.
    The system releases the lock when the file is closed, even by a process that was killed.
    """
    if sys.platform == "win32":
        yield
        return
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@dataclass(frozen=True)
class Engines:
    """`reading` serves requests that only read; on PostgreSQL it is the same engine as `writing`."""

    writing: Engine
    reading: Engine

    def dispose(self) -> None:
        self.writing.dispose()
        self.reading.dispose()


def init_app(app: Flask) -> None:
    app.teardown_appcontext(_close)


def new_engines(url: str) -> Engines:
    writing = new_engine(url)
    return Engines(writing, _reading(writing))


def _close(_error: BaseException | None) -> None:
    if opened := g.pop("session", None):
        opened.close()


@contextmanager
def outside_app(url: str) -> Iterator[None]:
    """Open a session for a command that reads the database without starting the app."""
    app, engine = Flask(__name__), new_engine(url)
    app.teardown_appcontext(_close)
    try:
        with app.app_context():
            g.session = Session(engine, expire_on_commit=False)
            yield
    finally:
        engine.dispose()


def unit_of_work(function: Callable[P, R]) -> Callable[P, R]:
    """Run the function as one transaction. Inside another unit of work it joins that transaction."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if session.info.get("open"):
            return function(*args, **kwargs)
        session.info["open"] = True
        try:
            for step in g.get("first_steps", ()):
                step()
            result = function(*args, **kwargs)
            session.commit()
            g.pop("first_steps", None)
        except BaseException:
            session.rollback()
            raise
        else:
            return result
        finally:
            session.info["open"] = False

    return run


def begin_with(step: Callable[[], None]) -> None:
    """Make the step the beginning of this request's next unit of work, and of those after it until one commits."""
    g.setdefault("first_steps", []).append(step)


@contextmanager
def aside() -> Iterator[None]:
    """Let units of work in this block begin without the steps, because they are not the work of the request."""
    steps = g.pop("first_steps", None)
    try:
        yield
    finally:
        if steps is not None:
            g.first_steps = steps


def has_steps() -> bool:
    """Return whether steps wait for a unit of work that commits."""
    return "first_steps" in g


class UnitOfWorkOpen(RuntimeError):
    """A programming error: a function with slow work between its own transactions was called inside a transaction."""


def require_no_unit_of_work() -> None:
    """Raise UnitOfWorkOpen inside a unit of work, where the slow work that follows would block other writers."""
    if session.info.get("open"):
        raise UnitOfWorkOpen("a unit of work is open; call this function outside of it")


def locked(model: type[M], key: int) -> M:
    """Return the row, locked until the transaction ends. On SQLite a writer has locked the whole database already."""
    wanted = select(model).where(model.id == key).with_for_update()  # type: ignore[attr-defined]
    return session.scalars(wanted, execution_options={"populate_existing": True}).one()


def lock(rows: Select[Any], **values: Any) -> None:
    """Lock rows that later statements will read. A separate statement, so that those see the changes it waited for.

    On SQLite a writer has locked the whole database already.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(rows.with_for_update(), values)


def alone(task: Lock) -> None:
    """Make other processes wait with the same task until the transaction ends. SQLite's writers take turns anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(task)))


def closed_to_writers(model: type[Model]) -> None:
    """Wait for current writers of the table, and make new ones wait until the transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"LOCK TABLE {model.__tablename__} IN SHARE ROW EXCLUSIVE MODE"))


def insert(model: type[Model]) -> Any:
    """Return an INSERT of this database's dialect, which can handle a row that exists already."""
    return (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert(model)


@contextmanager
def writing() -> Iterator[None]:
    """Let a request that only reads write a little, by a session of its own. Others have one that writes already."""
    if not _only_reads():
        yield
        return
    reading = g.pop("session", None)
    g.session = Session(site().engines.writing, expire_on_commit=False)
    try:
        yield
    finally:
        g.session.close()
        g.pop("session")
        if reading is not None:
            g.session = reading


def release() -> None:
    """End a transaction that has only read, so that others don't wait for it during slow work."""
    session.rollback()

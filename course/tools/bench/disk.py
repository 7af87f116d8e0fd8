"""The rate of the database without the app: change one row and commit durably, again and again."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import psycopg

from course.tools.bench.load import Load

Commit = Callable[[int], object]  # the argument is the row's new value
Writer = Callable[[int], AbstractContextManager[Commit]]  # the argument is the number of the writer's own row
ROW_COUNT = 64


def sqlite(path: Path) -> Writer:
    """Return writers of a new file with the same settings as the app's database."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE answer (id INTEGER PRIMARY KEY, serial INTEGER)")
        connection.executemany("INSERT INTO answer VALUES (?, 0)", [(row,) for row in range(ROW_COUNT)])

    @contextmanager
    def writer(row: int) -> Iterator[Commit]:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as own:
            own.execute("PRAGMA synchronous=FULL")

            def commit(serial: int) -> None:
                own.execute("BEGIN IMMEDIATE")
                own.execute("UPDATE answer SET serial=? WHERE id=?", (serial, row))
                own.execute("COMMIT")

            yield commit

    return writer


def postgresql(address: str) -> Writer:
    """Return writers of a new table. Each sends one prepared statement that commits automatically."""
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE bench_answer (id integer PRIMARY KEY, serial integer)")
        connection.execute("INSERT INTO bench_answer SELECT n, 0 FROM generate_series(1, %s) n", (ROW_COUNT,))

    @contextmanager
    def writer(row: int) -> Iterator[Commit]:
        with psycopg.connect(address, autocommit=True) as own:
            update = "UPDATE bench_answer SET serial=%s WHERE id=%s"
            yield lambda serial: own.execute(update, (serial, row + 1), prepare=True)

    return writer


def drive(writer: Writer, writers: int, seconds: float) -> Load:
    """Let `writers` threads commit for `seconds`. Each commits at least once, even on a very slow disk."""
    times: list[float] = []
    began = time.perf_counter()

    def run(row: int) -> None:
        serial = 0
        with writer(row) as commit:
            while (start := time.perf_counter()) < began + seconds or not serial:
                serial += 1
                commit(serial)
                times.append(time.perf_counter() - start)

    threads = [threading.Thread(target=run, args=(row,)) for row in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Load(times, 0, time.perf_counter() - began)

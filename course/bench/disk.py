"""What the database can do by itself: one row changed and committed, durably, again and again."""

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from course.bench.load import Load

Commit = Callable[[int], None]


def sqlite(path: Path) -> Callable[[int], Commit]:
    """A file set up as the app's is; for each writer's number a function that commits one change."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE IF NOT EXISTS answer (id INTEGER PRIMARY KEY, serial INTEGER)")
        connection.executemany("INSERT OR IGNORE INTO answer VALUES (?, 0)", [(n,) for n in range(64)])
    connection.close()

    def writer(number: int) -> Commit:
        own = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
        own.execute("PRAGMA synchronous=FULL")

        def commit(serial: int) -> None:
            own.execute("BEGIN IMMEDIATE")
            own.execute("UPDATE answer SET serial=? WHERE id=?", (serial, number))
            own.execute("COMMIT")

        return commit

    return writer


def postgresql(address: str) -> Callable[[int], Commit]:
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bench_answer (id integer PRIMARY KEY, serial integer)")
        connection.execute("INSERT INTO bench_answer SELECT generate_series(0, 63), 0 ON CONFLICT DO NOTHING")

    def writer(number: int) -> Commit:
        own = psycopg.connect(address, autocommit=True)

        def commit(serial: int) -> None:
            own.execute("UPDATE bench_answer SET serial=%s WHERE id=%s", (serial, number), prepare=True)

        return commit

    return writer


def drive(writer: Callable[[int], Commit], writers: int, seconds: float) -> Load:
    """So many threads commit for so many seconds."""
    times: list[float] = []
    began = time.perf_counter()

    def run(commit: Commit) -> None:
        serial = 0
        while (start := time.perf_counter()) < began + seconds:
            serial += 1
            commit(serial)
            times.append(time.perf_counter() - start)

    threads = [threading.Thread(target=run, args=(writer(number),)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Load(times, 0, time.perf_counter() - began)

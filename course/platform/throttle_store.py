"""Counters in a file that all processes of a machine share. Losing them does no harm, so no write waits for the disk.

The library `limits` can keep counters in the memory of one process or on a server such as Redis. A site on one machine
has several processes and no such server, so this storage fills the gap.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from limits.storage import Storage

from course.platform import clock

LOCK_TIMEOUT_S = 1


class Counts(Storage):
    """A storage for the library `limits`. Each counter ends `expiry` seconds after it started."""

    STORAGE_SCHEME = None

    def __init__(self, path: Path) -> None:
        super().__init__(wrap_exceptions=True)
        self.path = path

    @property
    def base_exceptions(self) -> type[Exception]:
        return sqlite3.Error

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = clock.now().timestamp()
        with self._opened() as file:
            file.execute("BEGIN IMMEDIATE")
            file.execute("DELETE FROM counter WHERE until <= ?", (now,))
            row = file.execute(
                "INSERT INTO counter VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count "
                "RETURNING count",
                (key, amount, now + expiry),
            ).fetchone()
            file.execute("COMMIT")
        return int(row[0])

    def get(self, key: str) -> int:
        return int(self._counter(key)[0])

    def get_expiry(self, key: str) -> float:
        return self._counter(key)[1]

    def _counter(self, key: str) -> tuple[int, float]:
        """Return the count and when the counter ends, in seconds since the epoch; (0, now) if there is none."""
        now = clock.now().timestamp()
        with self._opened() as file:
            row = file.execute("SELECT count, until FROM counter WHERE key = ? AND until > ?", (key, now)).fetchone()
        return row or (0, now)

    def check(self) -> bool:
        with self._opened() as file:
            return bool(file.execute("SELECT 1").fetchone())

    def reset(self) -> int:
        with self._opened() as file:
            return file.execute("DELETE FROM counter").rowcount

    def clear(self, key: str) -> None:
        with self._opened() as file:
            file.execute("DELETE FROM counter WHERE key = ?", (key,))

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """Open the file for one operation, because threads and forked processes must not share a connection."""
        with closing(sqlite3.connect(self.path, timeout=LOCK_TIMEOUT_S, isolation_level=None)) as file:
            file.execute("PRAGMA synchronous=OFF")
            file.execute("CREATE TABLE IF NOT EXISTS counter (key TEXT PRIMARY KEY, count INTEGER, until REAL)")
            yield file

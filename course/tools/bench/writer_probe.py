"""Probe how long another writer waits for a SQLite database: `python writer_probe.py DATABASE`.

For each line on stdin it prints the longest wait in milliseconds since the previous line. It runs in a separate
process and imports nothing of the app, so it starts fast and shares no interpreter with the code under measurement.
"""

import select
import sqlite3
import sys
import time

RETRY_INTERVAL_S = 0.0005
PAUSE_S = 0.001


def wait_once(connection: sqlite3.Connection) -> float:
    """Begin a write as soon as the database allows it, end it immediately, and return the wait in seconds."""
    began = time.perf_counter()
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(RETRY_INTERVAL_S)
        else:
            waited = time.perf_counter() - began
            connection.execute("COMMIT")
            return waited


def main(path: str) -> None:
    connection, longest = sqlite3.connect(path, isolation_level=None, timeout=0), 0.0
    while True:
        if select.select([sys.stdin], [], [], PAUSE_S)[0]:
            if not sys.stdin.readline():
                return
            print(longest * 1000, flush=True)
            longest = 0.0
        longest = max(longest, wait_once(connection))


if __name__ == "__main__":
    main(sys.argv[1])

"""A lane for costly work that strangers can cause, so that it takes turns and pages go on answering."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from course.platform.throttle import TryLater


class Busy(TryLater):
    status = 503


class Lane:
    """One piece of work at a time in this process. `waiting` more may wait for their turn; others are refused.

    Each piece that waits holds up a thread that could answer a page, so few may wait.
    """

    def __init__(self, *, waiting: int, timeout_s: int, words: str) -> None:
        self._places = threading.BoundedSemaphore(1 + waiting)
        self._turn = threading.Lock()
        self._timeout_s = timeout_s
        self._words = words

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Do the work inside when it is its turn. Raise Busy if too much is waiting already, or for too long."""
        if not self._places.acquire(blocking=False):
            raise Busy(self._timeout_s, self._words)
        try:
            if not self._turn.acquire(timeout=self._timeout_s):
                raise Busy(self._timeout_s, self._words)
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._places.release()

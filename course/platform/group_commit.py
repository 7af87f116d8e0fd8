"""Group commit: waiting requests share one transaction, because a flush to disk costs more than a row.

One request at a time has the turn. It writes for all waiting requests, in a separate session, and the others find
their outcome when they get the turn. No request is answered before the commit. If a batch fails, its works are
repeated one by one, so that no request fails because of another.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextvars import Context
from threading import Lock
from typing import Generic, TypeVar

from flask import Flask

from course.platform import db
from course.platform.web import Refused

Work = TypeVar("Work")
Outcome = TypeVar("Outcome")
TURN_TIMEOUT_S = 8.0


class Busy(Refused):
    """The save may or may not have happened. Sending it again does no harm."""

    status = 503
    message = "The server is busy and has not saved this yet. Send it again in a moment."


class GroupCommit(Generic[Work, Outcome]):
    """`write` does any number of works in one transaction and returns their outcomes in the same order."""

    def __init__(self, app: Flask, write: Callable[[Sequence[Work]], Sequence[Outcome]]) -> None:
        self._app, self._write = app, write
        self.waiting: deque[tuple[Work, Future[Outcome]]] = deque()
        self.turn = Lock()

    def do(self, work: Work) -> Outcome:
        """Return the outcome after its commit. Raise Busy, or what `write` raises for this work alone."""
        db.release()
        future: Future[Outcome] = Future()
        self.waiting.append((work, future))
        if self.turn.acquire(timeout=TURN_TIMEOUT_S):
            try:
                if not future.done():
                    Context().run(self._write_for_all)  # outside the request, whose session only reads
            finally:
                self.turn.release()
        if not future.done():
            future.cancel()
            raise Busy
        return future.result()

    def _write_for_all(self) -> None:
        batch = [self.waiting.popleft() for _ in range(len(self.waiting))]
        self._settle([one for one in batch if one[1].set_running_or_notify_cancel()])

    def _settle(self, batch: Sequence[tuple[Work, Future[Outcome]]]) -> None:
        try:
            with self._app.app_context():
                outcomes = self._write([work for work, _ in batch])
        except Exception as error:
            if len(batch) == 1:
                batch[0][1].set_exception(error)
                return
            for one in batch:
                self._settle([one])
        else:
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                future.set_result(outcome)

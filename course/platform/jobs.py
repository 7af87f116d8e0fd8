"""Background jobs: outbox rows, written by the transaction that causes them and done by a worker at least once.

Workers poll the outbox twice a second, so nothing needs to wake them. Several may run, also on several machines: each
claims a job before it starts it. A job whose worker died is claimed again.
"""

import logging
import signal
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from flask import Flask
from sqlalchemy import JSON, ColumnElement, and_, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from course.platform import clock, db
from course.platform.db import Model, UTCDateTime, unit_of_work
from course.site import site, site_of

Handler = Callable[[int, dict[str, Any]], None]
Task = Callable[[datetime], None]
Step = Callable[[datetime], bool]
CLAIM_TIME = timedelta(minutes=5)
MAX_RETRY_DELAY = timedelta(hours=6)
POLL_INTERVAL_S = 0.5
POLLS_PER_ROUND = 4  # after this number of polls without a job, a worker looks for long work too
log = logging.getLogger(__name__)


class Job(Model):
    """One job. `key` is never reused, so that the same cause never adds a second job."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    claimed_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    tries: Mapped[int] = mapped_column(default=0)
    rank: Mapped[int] = mapped_column(default=0, server_default="0")  # lower ranks are done first
    last_error: Mapped[str | None]


@dataclass(frozen=True, kw_only=True)
class Queue:
    """What workers run: `handlers` by kind of job, and `hourly` tasks by name, which are safe to repeat.

    Each of the `steps` does a small part of some long work and returns False if there was nothing to do.
    """

    handlers: Mapping[str, Handler]
    hourly: Mapping[str, Task]
    steps: Sequence[Step]


def put(kind: str, *, key: str, now: datetime, due: datetime | None = None, rank: int = 0, **payload: Any) -> None:
    """Add a job to the open transaction. A worker does it after the commit, or when it is `due`."""
    db.session.add(Job(kind=kind, key=key, payload=payload, created_at=now, due_at=due or now, rank=rank))


def known(keys: Collection[str]) -> set[str]:
    """Return the keys that have a job, done or not."""
    return set(db.session.scalars(select(Job.key).where(Job.key.in_(keys))))


def waiting() -> int:
    """Return how many mails are not sent yet; 100 stands for more."""
    return len(db.session.scalars(select(Job.id).where(Job.done_at.is_(None), Job.kind == "mail").limit(100)).all())


def drain(app: Flask, *, long_work_first: bool = False, stop: Event | None = None) -> int:
    """Do every job that is due, and all long work, until `stop` is set. Return how many jobs were done.

    Long work is done after all jobs, or before them with `long_work_first`. With a worker of each kind, neither waits.
    """
    done = 0
    while not (stop and stop.is_set()):
        with app.app_context():
            if long_work_first and _step():
                continue
            if job := claim(clock.now()):
                done += _perform(*job)
            elif long_work_first or not _step():
                break
    return done


def _step() -> bool:
    """Do a part of the long work. Return False if there is none."""
    return any(step(clock.now()) for step in site().queue.steps)


def _is_due(now: datetime) -> ColumnElement[bool]:
    unclaimed = or_(Job.claimed_until.is_(None), Job.claimed_until < now)
    return and_(Job.done_at.is_(None), Job.due_at <= now, unclaimed)


@unit_of_work
def claim(now: datetime) -> tuple[int, str, dict[str, Any]] | None:
    """Claim the next job for CLAIM_TIME and return its id, kind and payload; None if no job is due.

    SQLite's writers take turns. On PostgreSQL a row that another worker is claiming is skipped.
    """
    job = db.session.scalars(
        select(Job)
        .where(_is_due(now))
        .order_by(Job.rank, Job.due_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if job is None:
        return None
    job.claimed_until = now + CLAIM_TIME
    job.tries += 1
    return job.id, job.kind, job.payload


def _perform(job_id: int, kind: str, payload: dict[str, Any]) -> bool:
    try:
        site().queue.handlers[kind](job_id, payload)
    except Exception as error:  # after any error the job stays and is tried again later
        log.warning("job %s (%s) failed and will be tried again: %s", job_id, kind, error)
        _postpone(job_id, str(error), clock.now())
        return False
    _finish(job_id, clock.now())
    return True


@unit_of_work
def _finish(job_id: int, now: datetime) -> None:
    job = db.locked(Job, job_id)
    job.done_at = now
    job.payload = {}  # mails have links that open an account, so they are not stored after sending


@unit_of_work
def _postpone(job_id: int, error: str, now: datetime) -> None:
    job = db.locked(Job, job_id)
    job.last_error = error[:500]
    job.claimed_until = None
    job.due_at = now + min(timedelta(minutes=2 ** min(job.tries, 9)), MAX_RETRY_DELAY)


def work(app: Flask, *, long_work_first: bool = False) -> None:
    """Run a worker until SIGTERM or SIGINT, which let it finish its current job.

    Without `long_work_first` it also runs the hourly tasks, at the full hour.
    """
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    last = clock.now()
    while not stop.is_set():
        try:
            now = clock.now()
            if not long_work_first and _hour(now) > _hour(last):
                run_hourly(app)
            last = now
            drain(app, long_work_first=long_work_first, stop=stop)
            _wait_for_work(app, stop)
        except Exception:  # such as a database that is being restarted
            log.exception("the worker failed and tries again")
            stop.wait(POLL_INTERVAL_S)


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def run_hourly(app: Flask) -> None:
    """Run every hourly task. If one fails, the others still run."""
    for name, task in site_of(app).queue.hourly.items():
        try:
            with app.app_context():
                task(clock.now())
        except Exception:
            log.exception("the hourly task %s failed and runs again in an hour", name)


def _wait_for_work(app: Flask, stop: Event) -> None:
    """Return when a job is due, or after POLLS_PER_ROUND polls. It only reads, so no writer waits for it."""
    for _ in range(POLLS_PER_ROUND):
        if stop.wait(POLL_INTERVAL_S):
            return
        with site_of(app).engines.reading.connect() as connection:
            if connection.scalar(select(Job.id).where(_is_due(clock.now())).limit(1)) is not None:
                return

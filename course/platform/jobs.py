"""Work that can wait: an outbox row written by the transaction that causes it, done by a worker, at least once.

The row is the truth; the queue only wakes the worker, and a timer wakes it too. So a lost wake-up costs a minute, and
a crash costs nothing: what was claimed and not finished is claimed again.
"""

import functools
import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from huey import Huey, RedisHuey, SqliteHuey, crontab
from sqlalchemy import JSON, event, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from course.platform import clock, db
from course.platform.db import Model, UTCDateTime, unit_of_work
from course.site import site, site_of

Handler = Callable[[int, dict[str, Any]], None]
Task = Callable[[datetime], None]
Step = Callable[[datetime], bool]
CLAIM = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=6)
PAUSE = 2  # seconds
log = logging.getLogger(__name__)


class Job(Model):
    """`key` is unique for ever, so that the same cause never writes a second job."""

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
    rank: Mapped[int] = mapped_column(default=0, server_default="0")  # lower ones go first
    last_error: Mapped[str | None]


@dataclass(frozen=True, kw_only=True)
class Queue:
    """`huey` wakes the worker; calling `wake` puts a wake-up into it. `handlers` and `steps` do the work.

    `hourly` has huey's task of each name; its `call_local` runs the task now, in this process.
    """

    huey: Huey
    wake: Any
    hourly: Mapping[str, Any]
    handlers: Mapping[str, Handler]
    steps: Sequence[Step]


def new_queue(
    app: Flask,
    *,
    data: Path,
    queue_url: str,
    handlers: Mapping[str, Handler],
    hourly: Mapping[str, Task],
    steps: Sequence[Step],
) -> Queue:
    """`handlers` do jobs by their kind; `hourly` tasks run each hour by themselves, so they are safe to repeat.

    Long work goes in `steps`: each call does a small part of it and says whether there was any.
    """
    huey = _queue(data, queue_url)
    wake = huey.task()(lambda: drain(app))
    huey.periodic_task(crontab(minute="*"), name="drain_every_minute")(lambda: drain(app))
    tasks = {
        name: huey.periodic_task(crontab(minute="0"), name=name)(functools.partial(_run, app, task))
        for name, task in hourly.items()
    }
    return Queue(huey=huey, wake=wake, hourly=tasks, handlers=handlers, steps=steps)


def _run(app: Flask, task: Task) -> None:
    with app.app_context():
        task(clock.now())


def _queue(data: Path, queue_url: str) -> Huey:
    if queue_url:
        return RedisHuey("course", url=queue_url, results=False)
    return SqliteHuey("course", filename=str(data / "queue.db"), results=False)


def put(kind: str, *, key: str, now: datetime, due: datetime | None = None, rank: int = 0, **payload: Any) -> None:
    """Adds a job to the open transaction; the worker hears of it after the commit, or when it is `due`."""
    db.session.add(Job(kind=kind, key=key, payload=payload, created_at=now, due_at=due or now, rank=rank))
    db.session.info.setdefault("jobs", set()).add(due)


@event.listens_for(Session, "after_commit")
def _wake_worker(session: Session) -> None:
    for due in session.info.pop("jobs", ()):
        try:
            wake_ = site().queue.wake
            wake_() if due is None else wake_.schedule(eta=due)
        except Exception:  # the row is safe, and the worker looks by itself every minute
            log.exception("the worker could not be woken")


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("jobs", None)


def known(keys: Collection[str]) -> set[str]:
    """Those of the keys for which there is a job, done or not."""
    return set(db.session.scalars(select(Job.key).where(Job.key.in_(keys))))


def waiting() -> int:
    """How many mails are not sent yet."""
    return len(db.session.scalars(select(Job.id).where(Job.done_at.is_(None), Job.kind == "mail").limit(100)).all())


def wake() -> None:
    """Tells the worker, after the commit, that there is long work to do."""
    db.session.info.setdefault("jobs", set()).add(None)


def drain(app: Flask, *, long_work_first: bool = False) -> int:
    """Does every job that is due, and all long work; returns how many jobs were done.

    What goes first is done whole before the other gets a turn, so two workers that differ in it hold up neither.
    """
    done = 0
    while True:
        with app.app_context():
            if long_work_first and _step():
                continue
            if job := _claim(clock.now()):
                done += _perform(*job)
            elif long_work_first or not _step():
                return done


def _step() -> bool:
    """A part of the long work; False when there is none."""
    return any(step(clock.now()) for step in site().queue.steps)


@unit_of_work
def _claim(now: datetime) -> tuple[int, str, dict[str, Any]] | None:
    job = db.session.scalars(
        select(Job)
        .where(
            Job.done_at.is_(None),
            Job.due_at <= now,
            or_(Job.claimed_until.is_(None), Job.claimed_until < now),
        )
        .order_by(Job.rank, Job.due_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if job is None:
        return None
    job.claimed_until = now + CLAIM
    job.tries += 1
    return job.id, job.kind, job.payload


def _perform(job_id: int, kind: str, payload: dict[str, Any]) -> bool:
    try:
        site().queue.handlers[kind](job_id, payload)
    except Exception as error:  # whatever it was, the job stays and is tried again later
        log.warning("job %s (%s) failed and will be tried again: %s", job_id, kind, error)
        _postpone(job_id, str(error), clock.now())
        return False
    _finish(job_id, clock.now())
    return True


@unit_of_work
def _finish(job_id: int, now: datetime) -> None:
    job = db.locked(Job, job_id)
    job.done_at = now
    job.payload = {}  # mails carry links that open an account; once sent they are kept nowhere


@unit_of_work
def _postpone(job_id: int, error: str, now: datetime) -> None:
    job = db.locked(Job, job_id)
    job.last_error = error[:500]
    job.claimed_until = None
    job.due_at = now + min(timedelta(minutes=2 ** min(job.tries, 9)), LONGEST_WAIT)


def work(app: Flask) -> None:
    """Runs the worker until it is told to stop."""
    drain(app)
    huey = site_of(app).queue.huey
    huey.create_consumer(workers=1, periodic=True, initial_delay=0.1, backoff=1.2, max_delay=0.5).run()


def assist(app: Flask) -> None:
    """A second worker, which does long work first. It looks for some every few seconds until it is told to stop."""
    while True:
        drain(app, long_work_first=True)
        time.sleep(PAUSE)

"""Background jobs: outbox rows, written by the transaction that causes them and done by a worker at least once.

Workers poll the outbox twice a second, so nothing needs to wake them. Several may run, also on several machines: each
claims a job before it starts it. A job whose worker died is claimed again.
"""

import logging
import signal
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Event, Thread
from typing import Any, NamedTuple

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
STOP_TIMEOUT_S = 3  # how long a stopping worker waits for the mail that it is sending
MAIL = "mail"
MAX_MAIL_TRIES = 27  # with the delays between them about five days, as mail servers do
NO_LONGER_OF_USE = "It was not sent in time. Its link no longer works."
log = logging.getLogger(__name__)


class PermanentFailure(Exception):
    """A job can never succeed, so it isn't tried again. The message says why."""


class Lane(StrEnum):
    """Jobs of one lane never wait for jobs of the other, so a silent mail server holds up no deadline."""

    MAILS = "mails"
    OTHERS = "others"


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
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # a mail is of no use once its link has expired
    failed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # when it was given up

    def can_be_retried(self, now: datetime) -> bool:
        """Return whether it was given up but is still of use."""
        return self.failed_at is not None and not self.is_expired(now)

    def is_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


class Claimed(NamedTuple):
    """A job that this worker does now."""

    id: int
    kind: str
    payload: dict[str, Any]
    expires_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Queue:
    """What workers run: `handlers` by kind of job, and `hourly` tasks by name, which are safe to repeat.

    Each of the `steps` does a small part of some long work and returns False if there was nothing to do.
    """

    handlers: Mapping[str, Handler]
    hourly: Mapping[str, Task]
    steps: Sequence[Step]


def put(
    kind: str,
    *,
    key: str,
    now: datetime,
    due: datetime | None = None,
    expires: datetime | None = None,
    rank: int = 0,
    **payload: Any,
) -> Job:
    """Add a job to the open transaction. A worker does it after the commit, or when it is `due`.

    After `expires` it is of no use and is given up.
    """
    times = {"created_at": now, "due_at": due or now, "expires_at": expires}
    job = Job(kind=kind, key=key, payload=payload, rank=rank, **times)
    db.session.add(job)
    return job


def known(keys: Collection[str]) -> set[str]:
    """Return the keys that have a job, done or not."""
    return set(db.session.scalars(select(Job.key).where(Job.key.in_(keys))))


def waiting() -> int:
    """Return how many mails are not sent yet; 100 stands for more."""
    unsent = select(Job.id).where(Job.done_at.is_(None), Job.failed_at.is_(None), Job.kind == MAIL)
    return len(db.session.scalars(unsent.limit(100)).all())


def drain(app: Flask, *, long_work_first: bool = False, stop: Event | None = None, lane: Lane | None = None) -> int:
    """Do every job that is due, and all long work, until `stop` is set. Return how many jobs were done.

    Long work is done after all jobs, or before them with `long_work_first`. With a worker of each kind, neither waits.
    With a `lane` only its jobs are done; the lane of mails has no long work.
    """
    done, has_steps = 0, lane is not Lane.MAILS
    while not (stop and stop.is_set()):
        with app.app_context():
            if has_steps and long_work_first and _step():
                continue
            if job := claim(clock.now(), lane):
                done += _perform(job)
            elif not has_steps or long_work_first or not _step():
                break
    return done


def _step() -> bool:
    """Do a part of the long work. Return False if there is none."""
    return any(step(clock.now()) for step in site().queue.steps)


def _is_due(now: datetime, lane: Lane | None) -> ColumnElement[bool]:
    unclaimed = or_(Job.claimed_until.is_(None), Job.claimed_until < now)
    due = and_(Job.done_at.is_(None), Job.failed_at.is_(None), Job.due_at <= now, unclaimed)
    return due if lane is None else and_(due, Job.kind == MAIL if lane is Lane.MAILS else Job.kind != MAIL)


@unit_of_work
def claim(now: datetime, lane: Lane | None = None) -> Claimed | None:
    """Claim the next job for CLAIM_TIME and return it; None if no job is due. Without a lane, mails come last.

    SQLite's writers take turns. On PostgreSQL a row that another worker is claiming is skipped.
    """
    job = db.session.scalars(
        select(Job)
        .where(_is_due(now, lane))
        .order_by(Job.kind == MAIL, Job.rank, Job.due_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if job is None:
        return None
    job.claimed_until = now + CLAIM_TIME
    job.tries += 1
    return Claimed(job.id, job.kind, job.payload, job.expires_at)


def _perform(job: Claimed) -> bool:
    if job.expires_at is not None and job.expires_at <= clock.now():
        _give_up(job.id, NO_LONGER_OF_USE, clock.now())
        return False
    try:
        site().queue.handlers[job.kind](job.id, job.payload)
    except PermanentFailure as error:
        log.warning("job %s (%s) failed for good: %s", job.id, job.kind, error)
        _give_up(job.id, str(error), clock.now())
        return False
    except Exception as error:  # after any other error the job stays and is tried again later
        log.warning("job %s (%s) failed and will be tried again: %s", job.id, job.kind, error)
        _postpone(job.id, str(error), clock.now())
        return False
    _finish(job.id, clock.now())
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
    if job.kind == MAIL and job.tries >= MAX_MAIL_TRIES:
        job.failed_at = now


@unit_of_work
def _give_up(job_id: int, error: str, now: datetime) -> None:
    """Keep the job as failed. People see which mail of theirs was not delivered, and an administrator may retry it."""
    job = db.locked(Job, job_id)
    job.last_error, job.failed_at, job.claimed_until = error[:500], now, None
    if job.is_expired(now):
        erase_link(job)


def erase_link(job: Job) -> None:
    """Keep of a mail only to whom it was and which one it was."""
    job.payload = {name: job.payload[name] for name in ("to", "template") if name in job.payload}


def work(app: Flask, *, long_work_first: bool = False) -> None:
    """Run a worker until SIGTERM or SIGINT, which let it finish its current job.

    Without `long_work_first` it also runs the hourly tasks, at the full hour. Mails are sent by a thread of their own.
    """
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    mails = Thread(target=_send_mails, args=(app, stop), daemon=True)
    mails.start()
    _do_others(app, stop, long_work_first=long_work_first)
    mails.join(STOP_TIMEOUT_S)


def _send_mails(app: Flask, stop: Event) -> None:
    while not stop.is_set():
        try:
            drain(app, stop=stop, lane=Lane.MAILS)
            _wait_for_work(app, stop, Lane.MAILS)
        except Exception:  # such as a database that is being restarted
            log.exception("the worker failed to send mails and tries again")
            stop.wait(POLL_INTERVAL_S)


def _do_others(app: Flask, stop: Event, *, long_work_first: bool) -> None:
    last = clock.now()
    while not stop.is_set():
        try:
            now = clock.now()
            if not long_work_first and _hour(now) > _hour(last):
                run_hourly(app)
            last = now
            drain(app, long_work_first=long_work_first, stop=stop, lane=Lane.OTHERS)
            _wait_for_work(app, stop, Lane.OTHERS)
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


def _wait_for_work(app: Flask, stop: Event, lane: Lane) -> None:
    """Return when a job is due, or after POLLS_PER_ROUND polls. It only reads, so no writer waits for it."""
    for _ in range(POLLS_PER_ROUND):
        if stop.wait(POLL_INTERVAL_S):
            return
        with site_of(app).engines.reading.connect() as connection:
            if connection.scalar(select(Job.id).where(_is_due(clock.now(), lane)).limit(1)) is not None:
                return

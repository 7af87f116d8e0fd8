from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from course import db, jobs
from course.audit.log import Event, record
from course.db import unit_of_work
from course.records import checks, queries
from course.records.checks import Found
from course.records.models import RecordCheck

EVERY = timedelta(hours=24)
CLAIM = timedelta(minutes=2)
BATCH = 20  # certificates: less than a second
SHOWN = 500  # faults that are kept word for word; all are counted
CHECKING = 7210010  # the lock's name; any number that nothing else uses


@dataclass
class Tally:
    """What a check has found so far."""

    looked_at: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[dict[str, str]] = field(default_factory=list)

    def add(self, looked_at: int, found: Sequence[Found]) -> None:
        self.looked_at += looked_at
        self.counts.update(one.kind for one in found)
        self.faults += [one.to_json() for one in found][: max(0, SHOWN - len(self.faults))]


def step(now: datetime) -> bool:
    """A part of the daily self-check; False when there is none to do now, or another worker is at it."""
    check = _claimed(now)
    if check is None:
        return False
    id_, after = check.id, check.last_id
    batch = queries.records(after, BATCH, now.date())
    found = [fault for one in batch for fault in checks.faults(one)]
    if batch:
        _go_on(id_, after, batch[-1].certificate.id, len(batch), found)
    else:
        _finish(id_, queries.gone(), now)
    return True


@unit_of_work
def _claimed(now: datetime) -> RecordCheck | None:
    """The check that runs, or a new one when a day is over."""
    latest = queries.find_latest()
    due = latest is None or now >= latest.started_at + EVERY
    running = _begun(now) if due else queries.find_running()
    if running is None or (running.claimed_until and now < running.claimed_until):
        return None
    running.claimed_until = now + CLAIM
    return running


def _begun(now: datetime) -> RecordCheck:
    """The check that runs, a new one if there is none."""
    db.alone(CHECKING)
    running = queries.find_running()
    if running is None:
        running = RecordCheck(started_at=now, counts={}, faults=[], last_id=0, looked_at=0)
        db.session.add(running)
        db.session.flush()
    return running


@unit_of_work
def begin(*, now: datetime) -> None:
    """Has the worker check everything now, unless it is at it."""
    _begun(now)
    jobs.wake()


@unit_of_work
def _go_on(id_: int, after: int, last_id: int, looked_at: int, found: Sequence[Found]) -> None:
    check = db.locked(RecordCheck, id_)
    if check.finished_at is None and check.last_id == after:  # nobody else has done this part meanwhile
        _add(check, looked_at, found)
        check.last_id, check.claimed_until = last_id, None


@unit_of_work
def _finish(id_: int, found: Sequence[Found], now: datetime) -> None:
    check = db.locked(RecordCheck, id_)
    if check.finished_at is None:
        _add(check, 0, found)
        check.finished_at, check.claimed_until = now, None
        _tell(check, now)


def _add(check: RecordCheck, looked_at: int, found: Sequence[Found]) -> None:
    tally = Tally(check.looked_at, Counter(check.counts), list(check.faults))
    tally.add(looked_at, found)
    check.looked_at, check.counts, check.faults = tally.looked_at, dict(tally.counts), tally.faults


def _tell(check: RecordCheck, now: datetime) -> None:
    record(
        Event.RECORDS_CHECKED, None, "records", person_id=None, now=now,
        looked_at=check.looked_at, faults=sum(check.counts.values()),
    )  # fmt: skip


def check_all(*, now: datetime, told: Callable[[Found], None], progress: Callable[[int], None]) -> RecordCheck:
    """The whole self-check at once; `told` of each fault, `progress` of so many certificates more. Returns its row."""
    tally, last = Tally(), 0
    while batch := queries.records(last, BATCH, now.date()):
        found = [fault for one in batch for fault in checks.faults(one)]
        _take(tally, len(batch), found, told)
        last = batch[-1].certificate.id
        progress(len(batch))
    _take(tally, 0, queries.gone(), told)
    return _keep(tally, now)


def _take(tally: Tally, looked_at: int, found: Sequence[Found], told: Callable[[Found], None]) -> None:
    tally.add(looked_at, found)
    for one in found:
        told(one)


@unit_of_work
def _keep(tally: Tally, now: datetime) -> RecordCheck:
    check = RecordCheck(
        started_at=now, finished_at=now, looked_at=tally.looked_at, counts=dict(tally.counts), faults=tally.faults
    )
    db.session.add(check)
    db.session.flush()
    _tell(check, now)
    return check

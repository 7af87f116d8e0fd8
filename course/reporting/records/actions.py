"""The daily check of all records, in small steps, and the same check run from the command line."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from course.platform import db
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.reporting.records import checks, queries, seal_actions
from course.reporting.records.checked_record import Discrepancy
from course.reporting.records.models import RecordCheck

CHECK_INTERVAL = timedelta(hours=24)
CLAIM_TIME = timedelta(minutes=2)
CERTIFICATES_PER_STEP = 20  # takes less than a second
MAX_LISTED_FAULTS = 500  # every fault is counted, the first ones are kept word for word


@dataclass
class CheckTally:
    """What a check has looked at and found so far."""

    looked_at: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[dict[str, str]] = field(default_factory=list)

    def add(self, looked_at: int, found: Sequence[Discrepancy]) -> None:
        self.looked_at += looked_at
        self.counts.update(one.kind for one in found)
        self.faults += [one.to_json() for one in found][: max(0, MAX_LISTED_FAULTS - len(self.faults))]


def step(now: datetime) -> bool:
    """Do one step of the daily check. Return False if no check is due or another worker is at it."""
    check = claim_step(now)
    if check is None:
        return False
    id_, after = check.id, check.last_id
    batch = queries.next_records(after, CERTIFICATES_PER_STEP, now.date())
    found = [one for certificate in batch for one in checks.discrepancies(certificate)]
    if batch:
        _save_step(id_, after, batch[-1].certificate.id, len(batch), found)
    else:
        _finish(id_, _faults_of_all(), now)
    return True


@unit_of_work
def claim_step(now: datetime) -> RecordCheck | None:
    """Return the running check, or a new one if a day has passed, claimed for one step. None: nothing to do."""
    latest = queries.find_latest()
    is_due = latest is None or now >= latest.started_at + CHECK_INTERVAL
    running = _running_or_new(now) if is_due else queries.find_running()
    if running is None or (running.claimed_until and now < running.claimed_until):
        return None
    running.claimed_until = now + CLAIM_TIME
    return running


def _running_or_new(now: datetime) -> RecordCheck:
    db.alone(db.Lock.CHECK_RECORDS)
    running = queries.find_running()
    if running is None:
        running = RecordCheck(started_at=now, counts={}, faults=[], last_id=0, looked_at=0)
        db.session.add(running)
        db.session.flush()
    return running


@unit_of_work
def begin(*, now: datetime) -> None:
    """Have the worker check all records now, unless a check is running."""
    _running_or_new(now)


@unit_of_work
def _save_step(id_: int, after: int, last_id: int, looked_at: int, found: Sequence[Discrepancy]) -> None:
    """Add the step's result. If its claim ran out and another worker did the same step, change nothing."""
    check = db.locked(RecordCheck, id_)
    if check.finished_at is None and check.last_id == after:
        _add(check, looked_at, found)
        check.last_id, check.claimed_until = last_id, None


@unit_of_work
def _finish(id_: int, found: Sequence[Discrepancy], now: datetime) -> None:
    check = db.locked(RecordCheck, id_)
    if check.finished_at is None:
        _add(check, 0, found)
        check.finished_at, check.claimed_until = now, None
        _log(check, now)


def _add(check: RecordCheck, looked_at: int, found: Sequence[Discrepancy]) -> None:
    tally = CheckTally(check.looked_at, Counter(check.counts), list(check.faults))
    tally.add(looked_at, found)
    check.looked_at, check.counts, check.faults = tally.looked_at, dict(tally.counts), tally.faults


def _log(check: RecordCheck, now: datetime) -> None:
    record(
        Event.RECORDS_CHECKED,
        None,
        "records",
        person_id=None,
        now=now,
        looked_at=check.looked_at,
        faults=sum(check.counts.values()),
    )


def check_all(
    *, now: datetime, on_fault: Callable[[Discrepancy], None], on_progress: Callable[[int], None]
) -> RecordCheck:
    """Check all records and return the finished check.

    `on_fault` is called with each discrepancy, `on_progress` with the number of certificates of each batch.
    """
    tally, last_id = CheckTally(), 0
    while batch := queries.next_records(last_id, CERTIFICATES_PER_STEP, now.date()):
        found = [one for certificate in batch for one in checks.discrepancies(certificate)]
        _report(tally, len(batch), found, on_fault)
        last_id = batch[-1].certificate.id
        on_progress(len(batch))
    _report(tally, 0, _faults_of_all(), on_fault)
    return _save(tally, now)


def _faults_of_all() -> list[Discrepancy]:
    """Return the faults that belong to no certificate on record."""
    return [*queries.missing_certificates(), *seal_actions.faults()]


def _report(
    tally: CheckTally, looked_at: int, found: Sequence[Discrepancy], on_fault: Callable[[Discrepancy], None]
) -> None:
    tally.add(looked_at, found)
    for one in found:
        on_fault(one)


@unit_of_work
def _save(tally: CheckTally, now: datetime) -> RecordCheck:
    check = RecordCheck(
        started_at=now, finished_at=now, looked_at=tally.looked_at, counts=dict(tally.counts), faults=tally.faults
    )
    db.session.add(check)
    db.session.flush()
    _log(check, now)
    return check

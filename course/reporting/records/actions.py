import hashlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from course.people.accounts.models import User
from course.platform import db, jobs
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.web import Refused
from course.reporting.records import checks, packet, queries
from course.reporting.records.checks import Found
from course.reporting.records.models import Packet, RecordCheck
from course.reporting.records.packet import Place
from course.reporting.records.question import Question
from course.site import site

EVERY = timedelta(hours=24)
CLAIM = timedelta(minutes=2)
BATCH = 20  # certificates: less than a second
KEPT = timedelta(days=30)  # for which a packet's file lies ready; it can be made again after that
DRAFTS = timedelta(days=1)  # after which nobody can be at work on what lies there half made
SHOWN = 500  # faults that are kept word for word; all are counted


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
    db.alone(db.Lock.CHECK_RECORDS)
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
        Event.RECORDS_CHECKED,
        None,
        "records",
        person_id=None,
        now=now,
        looked_at=check.looked_at,
        faults=sum(check.counts.values()),
    )


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


class NotReady(Refused):
    message = "This packet is not ready, or its file was removed after its time. Make it again."


@unit_of_work
def ask(question: Question, *, person: User | None = None, actor: User, now: datetime) -> Packet:
    """Has the worker make a packet of what is on record now. Asked twice before it is made, it is made once."""
    if waiting := queries.find_unfinished(question.to_json()):
        return waiting
    asked = Packet(question=question.to_json(), as_of=now, actor_id=actor.id)
    db.session.add(asked)
    db.session.flush()
    record(
        Event.PACKET_ASKED,
        actor,
        f"packet:{asked.code}",
        person_id=person.id if person else None,
        now=now,
        question=question.to_json(),
    )
    _put(asked, now)
    return asked


@unit_of_work
def ask_again(asked: Packet, *, actor: User, now: datetime) -> None:
    """Makes a packet anew whose file was removed: of what was on record when it was asked for first."""
    asked = db.locked(Packet, asked.id)
    if asked.finished_at is None:
        return
    asked.finished_at, asked.failure, asked.done = None, None, 0
    record(Event.PACKET_ASKED, actor, f"packet:{asked.code}", person_id=None, now=now, question=asked.question)
    _put(asked, now)


def _put(asked: Packet, now: datetime) -> None:
    key = f"packet:{asked.code}:{now.isoformat()}"
    jobs.put("packet", key=key, now=now, rank=1, code=str(asked.code))


@unit_of_work
def tell_download(asked: Packet, *, actor: User, now: datetime) -> None:
    record(Event.PACKET_DOWNLOADED, actor, f"packet:{asked.code}", person_id=None, now=now, sha256=asked.sha256)


class Maker:
    """The worker's part: makes packets, and removes their files after their time. `folder`: where the files lie."""

    def __init__(self, folder: Path, place: Place, clock: Callable[[], datetime]) -> None:
        self._folder, self._place, self._clock = folder, place, clock

    def path(self, code: UUID) -> Path:
        return self._folder / f"{code}.zip"

    def make(self, _job_id: int, payload: dict[str, Any]) -> None:
        """Makes a packet that was asked for; the file appears whole or not at all. Made twice it is the same."""
        asked = queries.packet_of(UUID(payload["code"]))
        id_, question, as_of = asked.id, Question.from_json(asked.question), asked.as_of
        db.release()
        self._folder.mkdir(mode=0o700, exist_ok=True)
        try:
            with tempfile.TemporaryDirectory(prefix="draft-", dir=self._folder) as drafts:
                sha256, size = self._made(id_, question, as_of, Path(drafts), self.path(asked.code))
        except Exception as error:
            _fail(id_, f"{type(error).__name__}: {error}"[:300])
            raise
        _finish_packet(id_, sha256, size, self._clock())

    def _made(self, id_: int, question: Question, as_of: datetime, drafts: Path, final: Path) -> tuple[str, int]:
        draft, tables = drafts / "packet.zip", drafts / "tables"
        tables.mkdir()
        draft.touch(mode=0o600)
        with draft.open("w+b") as file:
            packet.make(
                question,
                as_of,
                place=self._place,
                file=file,
                folder=tables,
                progress=lambda done, of: _progress(id_, done, of),
            )
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = draft.stat().st_size
        draft.replace(final)
        return digest, size

    def remove_old(self, now: datetime) -> None:
        """Removes files whose time is over, and what a worker left that was stopped; safe to repeat."""
        for code in queries.packets_finished_before(now - KEPT):
            self.path(code).unlink(missing_ok=True)
        for draft in self._folder.glob("draft-*"):
            if datetime.fromtimestamp(draft.stat().st_mtime, now.tzinfo) < now - DRAFTS:
                shutil.rmtree(draft, ignore_errors=True)


def make_packet(job_id: int, payload: dict[str, Any]) -> None:
    site().packets.make(job_id, payload)


def remove_old_packets(now: datetime) -> None:
    site().packets.remove_old(now)


@unit_of_work
def _progress(id_: int, done: int, parts: int) -> None:
    asked = db.locked(Packet, id_)
    asked.done, asked.parts, asked.failure = done, parts, None


@unit_of_work
def _fail(id_: int, reason: str) -> None:
    db.locked(Packet, id_).failure = reason


@unit_of_work
def _finish_packet(id_: int, sha256: str, size: int, now: datetime) -> None:
    asked = db.locked(Packet, id_)
    asked.first_sha256 = asked.first_sha256 or sha256
    asked.sha256, asked.size, asked.finished_at, asked.failure = sha256, size, now, None

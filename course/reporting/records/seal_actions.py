"""Signs the audit log minute by minute, and finds what was changed or deleted after it was signed.

The transaction of an act stays as short as it was. Its event is sealed within about a minute, by one process at a time.
The newest seal is in the data folder, too, so that the end of the log can't be cut off together with its seals.
"""

import binascii
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature

from course.platform import db, files
from course.platform.audit.models import AuditEvent
from course.platform.db import unit_of_work
from course.reporting.records import seal_queries as queries
from course.reporting.records import sealing
from course.reporting.records.checked_record import Discrepancy, Fault
from course.reporting.records.models import AuditSeal
from course.site import site

SEAL_INTERVAL = timedelta(minutes=1)
EVENTS_PER_SEAL = 5_000
SEAL_FILE = "audit_seal.json"
SUBJECT = "audit log"


def step(now: datetime) -> bool:
    """Seal the next events. Return False if there are none, or if the seal before is less than a minute old."""
    if not _is_due(now):
        return False
    if seal := _seal(_last_committed(), now):
        newest = {"last_id": seal.last_id, "digest": seal.digest, "sealed_at": sealing.moment(seal.sealed_at)}
        files.replace(site().config.data / SEAL_FILE, json.dumps(newest).encode())
    return seal is not None


def _is_due(now: datetime) -> bool:
    newest, seal = queries.newest_event(), queries.latest_seal()
    db.release()
    if seal is None:
        return newest > 0
    waiting = newest - seal.last_id
    return waiting > EVENTS_PER_SEAL or (waiting > 0 and now >= seal.sealed_at + SEAL_INTERVAL)


@unit_of_work
def _last_committed() -> int:
    """Return an event's id below which no transaction can add one any more. PostgreSQL commits ids out of order."""
    db.closed_to_writers(AuditEvent)
    return queries.newest_event()


@unit_of_work
def _seal(up_to: int, now: datetime) -> AuditSeal | None:
    db.alone(db.Lock.SEAL_AUDIT_LOG)
    before = queries.latest_seal()
    after, digest = (before.last_id, before.digest) if before else (0, sealing.START)
    last_id = queries.last_id_of_next(after, up_to, EVENTS_PER_SEAL)
    if last_id is None:
        return None
    events = queries.events_between(after, last_id)
    digest, key = sealing.digest(digest, events), site().issuer.keys[-1]
    signature = key.private.sign(sealing.statement(last_id, digest, now)).hex()
    seal = AuditSeal(
        last_id=last_id, events=len(events), digest=digest, sealed_at=now, key=key.public, signature=signature
    )
    db.session.add(seal)
    return seal


def faults() -> Iterator[Discrepancy]:
    """Yield what the seals and the audit log disagree about, and each attempt whose score is not the logged one."""
    yield from _seal_faults()
    yield from _score_faults()


def _seal_faults() -> Iterator[Discrepancy]:
    known: dict[int, str] = {}
    digest, after = sealing.START, 0
    while seals := queries.seals_after(after):
        (seal,) = seals
        digest = sealing.digest(digest, queries.events_between(after, seal.last_id))
        db.release()
        when = f"{seal.sealed_at:%Y-%m-%d %H:%M} UTC"
        if digest != seal.digest:
            yield Discrepancy(
                Fault.SEAL, SUBJECT, f"events {after + 1} to {seal.last_id} are not as they were sealed at {when}"
            )
        if not _is_signed(seal):
            yield Discrepancy(Fault.SEAL, SUBJECT, f"the seal at event {seal.last_id} of {when} has no valid signature")
        after, digest = seal.last_id, seal.digest
        known[after] = digest
    kept = _kept_seal()
    if kept and known.get(kept["last_id"]) != kept["digest"]:
        words = f"the seal at event {kept['last_id']} of {kept['sealed_at']} is in the data folder only"
        yield Discrepancy(Fault.SEAL, SUBJECT, words)


def _is_signed(seal: AuditSeal) -> bool:
    message = sealing.statement(seal.last_id, seal.digest, seal.sealed_at)
    for key in site().issuer.keys:
        if key.public == seal.key:
            try:
                key.private.public_key().verify(binascii.unhexlify(seal.signature), message)
            except (InvalidSignature, binascii.Error):
                return False
            return True
    return False


def _kept_seal() -> dict[str, Any] | None:
    path = site().config.data / SEAL_FILE
    return dict(json.loads(path.read_bytes())) if path.exists() else None


def _score_faults() -> Iterator[Discrepancy]:
    logged = queries.logged_scores()
    for code, stored in queries.stored_scores():
        if code in logged and logged[code] != stored:
            words = "points, scored items or passed: {} of {}, {} stored; {} of {}, {} in the log"
            yield Discrepancy(Fault.SCORE, f"attempt:{code}", words.format(*stored, *logged[code]))

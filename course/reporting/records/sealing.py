"""What a seal over the audit log covers. Each seal continues the digest of the one before, so it covers all events."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

START = hashlib.sha256(b"audit log").hexdigest()


class SealedEvent(NamedTuple):
    """An audit event with every column."""

    id: int
    at: datetime
    actor_id: int | None
    actor_name: str
    event: str
    person_id: int | None
    subject: str
    details: dict[str, Any]
    address: str | None


def digest(previous: str, events: Iterable[SealedEvent]) -> str:
    """Return the digest of the events, in order, after the digest `previous`."""
    hashed = hashlib.sha256(previous.encode())
    for event in events:
        columns = event._replace(at=moment(event.at))  # type: ignore[arg-type]
        hashed.update(json.dumps(columns, sort_keys=True, separators=(",", ":")).encode() + b"\n")
    return hashed.hexdigest()


def statement(last_id: int, digest_: str, sealed_at: datetime) -> bytes:
    """Return what is signed."""
    return f"Audit log up to event {last_id}: {digest_} at {moment(sealed_at)}".encode()


def moment(at: datetime) -> str:
    """Return the moment as text that does not depend on the database."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")

"""Requesting audit packets, and the worker's part: creating their files and removing them after a while."""

import hashlib
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from course.people.accounts.models import User
from course.platform import clock, db, jobs
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.web import Refused
from course.reporting.records import packet_file_actions, packet_queries
from course.reporting.records.models import Packet
from course.reporting.records.packet_request import PacketRequest
from course.site import site

FILE_LIFETIME = timedelta(days=30)
DRAFT_LIFETIME = timedelta(days=1)  # no worker takes that long, so an older draft is left over from a stopped one
MAX_FAILURE_LETTERS = 300


class PacketNotReady(Refused):
    message = "This packet has no file: it is still being created, or its file was removed. Create it again."


@unit_of_work
def request_packet(request: PacketRequest, *, person: User | None = None, actor: User, now: datetime) -> Packet:
    """Have the worker create a packet of what is on record now. Return the same one if it is already on the way."""
    if unfinished := packet_queries.find_unfinished(request.to_json()):
        return unfinished
    packet = Packet(question=request.to_json(), as_of=now, actor_id=actor.id)
    db.session.add(packet)
    db.session.flush()
    record(
        Event.PACKET_ASKED,
        actor,
        f"packet:{packet.code}",
        person_id=person.id if person else None,
        now=now,
        question=request.to_json(),
    )
    _put_job(packet, now)
    return packet


@unit_of_work
def request_again(packet: Packet, *, actor: User, now: datetime) -> None:
    """Create the file of a finished packet again, with what was on record at the first request."""
    packet = db.locked(Packet, packet.id)
    if packet.finished_at is None:
        return
    packet.finished_at, packet.failure, packet.done = None, None, 0
    record(Event.PACKET_ASKED, actor, f"packet:{packet.code}", person_id=None, now=now, question=packet.question)
    _put_job(packet, now)


def _put_job(packet: Packet, now: datetime) -> None:
    key = f"packet:{packet.code}:{now.isoformat()}"
    jobs.put("packet", key=key, now=now, rank=1, code=str(packet.code))


@unit_of_work
def record_download(packet: Packet, *, actor: User, now: datetime) -> None:
    record(Event.PACKET_DOWNLOADED, actor, f"packet:{packet.code}", person_id=None, now=now, sha256=packet.sha256)


def folder() -> Path:
    """Return the folder of the packets' files."""
    return site().config.data / "packets"


def file_of(code: UUID) -> Path:
    return folder() / f"{code}.zip"


def create_packet(_job_id: int, payload: dict[str, Any]) -> None:
    """Create the file of a requested packet. It appears complete or not at all; a second run gives the same bytes."""
    packet = packet_queries.packet_of(UUID(payload["code"]))
    id_, request, as_of = packet.id, PacketRequest.from_json(packet.question), packet.as_of
    db.release()
    folder().mkdir(mode=0o700, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="draft-", dir=folder()) as drafts:
            sha256, size = _create_file(id_, request, as_of, Path(drafts), file_of(packet.code))
    except Exception as error:
        _save_failure(id_, f"{type(error).__name__}: {error}"[:MAX_FAILURE_LETTERS])
        raise
    _finish(id_, sha256, size, clock.now())


def _create_file(id_: int, request: PacketRequest, as_of: datetime, drafts: Path, final: Path) -> tuple[str, int]:
    """Write the packet in the `drafts` folder, then move it to its place. Return its SHA-256 and size in bytes."""
    draft, tables = drafts / "packet.zip", drafts / "tables"
    tables.mkdir()
    draft.touch(mode=0o600)
    with draft.open("w+b") as file:
        packet_file_actions.write_packet(
            request,
            as_of,
            file=file,
            folder=tables,
            on_progress=lambda done, parts: _save_progress(id_, done, parts),
        )
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = draft.stat().st_size
    draft.replace(final)
    return digest, size


def remove_old_files(now: datetime) -> None:
    """Remove files after FILE_LIFETIME, and drafts that a stopped worker left. Safe to repeat."""
    for code in packet_queries.packets_finished_before(now - FILE_LIFETIME):
        file_of(code).unlink(missing_ok=True)
    for draft in folder().glob("draft-*"):
        if datetime.fromtimestamp(draft.stat().st_mtime, now.tzinfo) < now - DRAFT_LIFETIME:
            shutil.rmtree(draft, ignore_errors=True)


@unit_of_work
def _save_progress(id_: int, done: int, parts: int) -> None:
    packet = db.locked(Packet, id_)
    packet.done, packet.parts, packet.failure = done, parts, None


@unit_of_work
def _save_failure(id_: int, reason: str) -> None:
    db.locked(Packet, id_).failure = reason


@unit_of_work
def _finish(id_: int, sha256: str, size: int, now: datetime) -> None:
    packet = db.locked(Packet, id_)
    packet.first_sha256 = packet.first_sha256 or sha256
    packet.sha256, packet.size, packet.finished_at, packet.failure = sha256, size, now, None

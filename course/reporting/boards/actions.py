"""Reporting completions to boards. All verbs of this room take turns, so that nothing is sent twice."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from course.content.exchange.report import Unreadable
from course.content.schema.boards import Board, Format
from course.people.accounts.models import User
from course.platform import db
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.web import Refused
from course.reporting.boards import queries, receipt
from course.reporting.boards.models import Report, Roster
from course.reporting.boards.queries import Ready
from course.reporting.boards.status import Decision, Judged, Stage

MOST = 5000  # completions in a file: far below the 16 MB and 65,536 lines that a service or a sheet takes
LONGEST = 1000  # letters of a message that are kept


class NothingReady(Refused):
    message = "Nothing is ready to be sent: it was sent already, or something is missing."


class Changed(Refused):
    message = "What is ready has changed since this page was made. Look at it again, then make the file."


class NoUploadKey(Refused):
    message = "The XML needs the upload key of the service: set BOARD_UPLOAD_KEY and start anew."


class WrongFormat(Refused):
    message = "This board takes no such file."


class NotReadable(Refused):
    status = 422


class OtherReceipt(Refused):
    status = 422
    message = "None of this receipt's records is in this file, so it belongs to another one. Nothing was changed."


class Overtaken(Refused):
    message = "This can't be said of the report as it stands now. Look at it again."


@dataclass(frozen=True)
class Outcome:
    """What a receipt did: `unknown` records are not in the file; `decided` ones were answered before and stand."""

    accepted: int
    rejected: int
    decided: int
    waiting: int
    unknown: tuple[str, ...]


def require_format(board: Board, format_: str) -> Format:
    for one in board.formats:
        if one == format_:
            if one == "xml" and not queries.upload_key():
                raise NoUploadKey
            return one
    raise WrongFormat


@unit_of_work
def make(board: Board, format_: str, *, shown: str, actor: User, now: datetime) -> list[Roster]:
    """Makes the files of what is ready and marks it as sent. `shown`: the digest of what the administrator looked at.

    Raises NothingReady, Changed, NoUploadKey and WrongFormat.
    """
    db.alone(db.Lock.REPORT_TO_BOARDS)
    kind = require_format(board, format_)
    entries = queries.ready(board)
    if not entries:
        raise NothingReady
    if queries.digest(entries) != shown:
        raise Changed
    parts = [entries[start : start + MOST] for start in range(0, len(entries), MOST)]
    return [_make_one(board, kind, part, actor, now) for part in parts]


def _make_one(board: Board, format_: Format, entries: Sequence[Ready], actor: User, now: datetime) -> Roster:
    data = queries.file_of(board, format_, entries)
    roster = Roster(
        board=board.key,
        format=format_,
        file=data,
        file_sha256=hashlib.sha256(data).hexdigest(),
        records=len(entries),
        made_at=now,
        made_by=actor.legal_name,
    )
    db.session.add(roster)
    db.session.flush()
    for entry in entries:
        _mark_sent(board, entry, roster, now)
    record(
        Event.ROSTER_MADE,
        actor,
        f"roster:{roster.code}",
        person_id=None,
        now=now,
        board=board.key,
        format=format_,
        records=len(entries),
        file_sha256=roster.file_sha256,
    )
    return roster


def _mark_sent(board: Board, entry: Ready, roster: Roster, now: datetime) -> None:
    completion = entry.completion
    report = queries.find_report(board, completion)
    if report is None:
        report = Report(
            user_id=completion.user_id, course_id=completion.course_id, cycle=completion.cycle, board=board.key
        )
        db.session.add(report)
    report.certificate_id, report.record, report.roster_id = completion.certificate_id, entry.line.key, roster.id
    report.state, report.message, report.changed_at = Stage.SENT, None, now


@unit_of_work
def read_receipt(roster: Roster, data: bytes, *, actor: User, now: datetime) -> Outcome:
    """Takes the board's answers for what was sent in this file; all of them or, if it can't be read, none.

    Raises NotReadable and OtherReceipt.
    """
    db.alone(db.Lock.REPORT_TO_BOARDS)
    try:
        messages = receipt.read(data)
    except Unreadable as reason:
        raise NotReadable(str(reason)) from None
    reports = {report.record: report for report in queries.reports_in(roster)}
    answered = messages.keys() & reports.keys()
    if not answered:
        raise OtherReceipt
    waiting = [reports[key] for key in sorted(answered) if reports[key].state == Stage.SENT]
    for report in waiting:
        message = messages[report.record][:LONGEST]
        report.state, report.message = (Stage.REJECTED, message) if message else (Stage.ACCEPTED, None)
        report.changed_at = now
    accepted = sum(report.state == Stage.ACCEPTED for report in waiting)
    if waiting:
        roster.receipt, roster.receipt_at = data, now
        record(
            Event.RECEIPT_READ,
            actor,
            f"roster:{roster.code}",
            person_id=None,
            now=now,
            board=roster.board,
            accepted=accepted,
            rejected=len(waiting) - accepted,
        )
    return Outcome(
        accepted=accepted,
        rejected=len(waiting) - accepted,
        decided=len(answered) - len(waiting),
        waiting=sum(report.state == Stage.SENT for report in reports.values()),
        unknown=tuple(sorted(messages.keys() - reports.keys())),
    )


@unit_of_work
def accept_all(roster: Roster, reason: str, *, actor: User, now: datetime) -> int:
    """Notes that the board took all of a file that still waits for its answer; returns how many that were."""
    db.alone(db.Lock.REPORT_TO_BOARDS)
    waiting = [report for report in queries.reports_in(roster) if report.state == Stage.SENT]
    if not waiting:
        raise Overtaken
    for report in waiting:
        report.state, report.message, report.changed_at = Stage.ACCEPTED, reason, now
    record(
        Event.REPORT_CORRECTED,
        actor,
        f"roster:{roster.code}",
        person_id=None,
        now=now,
        board=roster.board,
        reason=reason,
        before=Stage.SENT,
        after=Stage.ACCEPTED,
    )
    return len(waiting)


@unit_of_work
def decide(board: Board, code: str, decision: Decision, reason: str, *, actor: User, now: datetime) -> Judged:
    """Keeps what an administrator says of a report. Raises Overtaken."""
    db.alone(db.Lock.REPORT_TO_BOARDS)
    judged = queries.judged_of(board, code)
    if decision not in judged.decisions:
        raise Overtaken
    report = queries.report_of(board, judged.completion)
    before, report.state = report.state, Stage(decision)
    report.message, report.changed_at = reason, now
    if decision is Decision.ACCEPTED:
        report.certificate_id = judged.completion.certificate_id
    record(
        Event.REPORT_CORRECTED,
        actor,
        f"certificate:{code}",
        person_id=judged.completion.user_id,
        now=now,
        board=board.key,
        reason=reason,
        before=before,
        after=report.state,
    )
    return judged

"""Reporting completions to boards. Every action takes the same lock first, so that nothing is sent twice."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from course.content.exchange.report import UnreadableFile
from course.content.schema.boards import Board, Format
from course.people.accounts.models import User
from course.platform import db
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.web import Refused
from course.reporting.boards import queries, receipt
from course.reporting.boards.models import Report, Roster
from course.reporting.boards.queries import ReadyCompletion
from course.reporting.boards.status import Decision, ReportStatus, Stage

MAX_COMPLETIONS_PER_FILE = 5000  # CE Broker takes 16 MB, an .xls sheet has 65,536 rows; this stays far below both
MAX_MESSAGE_LETTERS = 1000


class NothingReady(Refused):
    message = "Nothing is ready to send. The completions were sent already, or something is missing."


class ReadyListChanged(Refused):
    message = "The list of ready completions has changed since you opened this page. Review it, then create the file."


class NoUploadKey(Refused):
    message = "The XML format needs the service's upload key. Set BOARD_UPLOAD_KEY and restart."


class WrongFormat(Refused):
    message = "This board does not accept this format."


class ReceiptNotReadable(Refused):
    status = 422


class WrongReceipt(Refused):
    status = 422
    message = "This receipt belongs to another file: none of its records is in this one. Nothing was changed."


class ReportChanged(Refused):
    message = "The report has changed since you opened this page. Reload the page and decide again."


@dataclass(frozen=True)
class ReceiptOutcome:
    """How many records a receipt changed or left alone.

    `decided`: answered before, so unchanged. `waiting`: in the file, but still without an answer. `unknown`: keys of
    records that are not in the file.
    """

    accepted: int
    rejected: int
    decided: int
    waiting: int
    unknown: tuple[str, ...]


def require_format(board: Board, format_: str) -> Format:
    """Return the format. Raise WrongFormat or NoUploadKey if the board can't be sent a file in it."""
    for accepted in board.formats:
        if accepted == format_:
            if accepted == "xml" and not queries.upload_key():
                raise NoUploadKey
            return accepted
    raise WrongFormat


@unit_of_work
def create_files(board: Board, format_: str, *, shown: str, actor: User, now: datetime) -> list[Roster]:
    """Create the files of all ready completions and mark these as sent.

    `shown`: the digest of the list that the administrator saw. Raise NothingReady, ReadyListChanged, NoUploadKey or
    WrongFormat.
    """
    db.alone(db.Lock.REPORT_TO_BOARDS)
    accepted_format = require_format(board, format_)
    listed = queries.ready_completions(board)
    ready = queries.ready_for(accepted_format, listed)
    if not ready:
        raise NothingReady
    if queries.digest(listed) != shown:
        raise ReadyListChanged
    size = MAX_COMPLETIONS_PER_FILE
    parts = [ready[start : start + size] for start in range(0, len(ready), size)]
    return [_create_file(board, accepted_format, part, actor, now) for part in parts]


def _create_file(board: Board, format_: Format, ready: Sequence[ReadyCompletion], actor: User, now: datetime) -> Roster:
    data = queries.report_file(board, format_, ready)
    roster = Roster(
        board=board.key,
        format=format_,
        file=data,
        file_sha256=hashlib.sha256(data).hexdigest(),
        records=len(ready),
        made_at=now,
        made_by=actor.legal_name,
    )
    db.session.add(roster)
    db.session.flush()
    for one in ready:
        _mark_sent(board, one, roster, now)
    record(
        Event.ROSTER_MADE,
        actor,
        f"roster:{roster.code}",
        person_id=None,
        now=now,
        board=board.key,
        format=format_,
        records=len(ready),
        file_sha256=roster.file_sha256,
    )
    return roster


def _mark_sent(board: Board, ready: ReadyCompletion, roster: Roster, now: datetime) -> None:
    completion = ready.completion
    report = queries.find_report(board, completion)
    if report is None:
        report = Report(
            user_id=completion.user_id, course_id=completion.course_id, cycle=completion.cycle, board=board.key
        )
        db.session.add(report)
    report.certificate_id, report.record, report.roster_id = completion.certificate_id, ready.line.key, roster.id
    report.state, report.message, report.changed_at = Stage.SENT, None, now


@unit_of_work
def read_receipt(roster: Roster, data: bytes, *, actor: User, now: datetime) -> ReceiptOutcome:
    """Record the board's answers to the reports in this file. A receipt that can't be read changes nothing.

    Raise ReceiptNotReadable or WrongReceipt.
    """
    db.alone(db.Lock.REPORT_TO_BOARDS)
    try:
        messages = receipt.read(data)
    except UnreadableFile as reason:
        raise ReceiptNotReadable(str(reason)) from None
    reports = {report.record: report for report in queries.reports_in(roster)}
    answered = messages.keys() & reports.keys()
    if not answered:
        raise WrongReceipt
    waiting = [reports[key] for key in sorted(answered) if reports[key].state == Stage.SENT]
    for report in waiting:
        message = messages[report.record][:MAX_MESSAGE_LETTERS]
        report.state, report.message = (Stage.REJECTED, message) if message else (Stage.ACCEPTED, None)
        report.changed_at = now
    accepted = sum(report.state == Stage.ACCEPTED for report in waiting)
    if waiting:
        _keep_receipt(roster, data, accepted, len(waiting) - accepted, actor, now)
    return ReceiptOutcome(
        accepted=accepted,
        rejected=len(waiting) - accepted,
        decided=len(answered) - len(waiting),
        waiting=sum(report.state == Stage.SENT for report in reports.values()),
        unknown=tuple(sorted(messages.keys() - reports.keys())),
    )


def _keep_receipt(roster: Roster, data: bytes, accepted: int, rejected: int, actor: User, now: datetime) -> None:
    roster.receipt, roster.receipt_at = data, now
    record(
        Event.RECEIPT_READ,
        actor,
        f"roster:{roster.code}",
        person_id=None,
        now=now,
        board=roster.board,
        accepted=accepted,
        rejected=rejected,
    )


@unit_of_work
def accept_all(roster: Roster, reason: str, *, actor: User, now: datetime) -> int:
    """Mark every unanswered report of the file as accepted. Return how many. Raise ReportChanged if there is none."""
    db.alone(db.Lock.REPORT_TO_BOARDS)
    waiting = [report for report in queries.reports_in(roster) if report.state == Stage.SENT]
    if not waiting:
        raise ReportChanged
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
def decide(board: Board, code: str, decision: Decision, reason: str, *, actor: User, now: datetime) -> ReportStatus:
    """Record an administrator's decision about a report. Raise ReportChanged if it can no longer be made."""
    db.alone(db.Lock.REPORT_TO_BOARDS)
    status = queries.report_status_of(board, code)
    if decision not in status.decisions:
        raise ReportChanged
    report = queries.report_of(board, status.completion)
    before, report.state = report.state, Stage(decision)
    report.message, report.changed_at = reason, now
    if decision is Decision.ACCEPTED:
        report.certificate_id = status.completion.certificate_id
    record(
        Event.REPORT_CORRECTED,
        actor,
        f"certificate:{code}",
        person_id=status.completion.user_id,
        now=now,
        board=board.key,
        reason=reason,
        before=before,
        after=report.state,
    )
    return status

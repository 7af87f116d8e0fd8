from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, null, or_, select
from sqlalchemy.orm import aliased, undefer

from course.certificates.approvals import queries as approvals
from course.certificates.approvals.models import Approval
from course.certificates.issuing.facts import Facts
from course.certificates.issuing.models import Certificate, Request, Revocation
from course.content.base import digest_of
from course.content.queries import catalog
from course.content.schema.boards import Board, Format
from course.people.accounts.models import License, User
from course.people.accounts.name_parts import NameParts, parts_of
from course.platform import db
from course.platform.queries import Page, found_or_404, one_or_404, page_of
from course.reporting.boards import ce_broker_sheet, ce_broker_xml, csv_table, report_line
from course.reporting.boards import status as statuses
from course.reporting.boards.csv_table import TableRow
from course.reporting.boards.models import Report, Roster
from course.reporting.boards.report_line import ReportLine
from course.reporting.boards.status import BoardLicense, Completion, EarlierReport, ReportStatus, Stage, Status
from course.site import site

BATCH_SIZE = 500
COMPLETED_ON = Certificate.facts["completed_on"].as_string()
_successor = aliased(Certificate)


@dataclass(frozen=True)
class ReadyCompletion:
    """A completion that can be sent, with its line in the file."""

    completion: Completion
    line: ReportLine


def board_of(key: str) -> Board:
    return found_or_404(catalog().boards.get(key))


def report_statuses(board: Board, *where: ColumnElement[bool]) -> list[ReportStatus]:
    """Return the status of every completion that may be reported or was, oldest first, without demo accounts.

    `where` narrows the completions. Give it only conditions that keep all completions of one record.
    """
    every = [statuses.report_status(completion, board) for completion in _completions(board, *where)]
    ready = (one.completion for one in every if one.status is Status.READY)
    record_of = {completion.certificate_id: _line(completion, board).key for completion in ready}
    return statuses.block_duplicates(every, record_of)


def report_status_of(board: Board, code: str) -> ReportStatus:
    """Return the status of one certificate's completion. Raise NotFound if the board has nothing to do with it."""
    completion = found_or_404(next(iter(_completions(board, Certificate.code == code)), None))
    status = statuses.report_status(completion, board)
    if status.status is not Status.READY:
        return status
    same_day = completion.completed_on.isoformat()
    same_record = or_(same_day == COMPLETED_ON, Report.record == _line(completion, board).key)
    return next(one for one in report_statuses(board, same_record) if one.completion.code == code)


def ready_for(format_: Format, ready: Sequence[ReadyCompletion]) -> list[ReadyCompletion]:
    """Return those that a file of the format can have."""
    return [one for one in ready if one.completion.fits(format_)]


def ready_completions(board: Board) -> list[ReadyCompletion]:
    """Return every completion that can be sent in at least one of the board's formats."""
    ready = (one.completion for one in report_statuses(board) if one.status is Status.READY)
    return [ReadyCompletion(completion, _line(completion, board)) for completion in ready]


def _line(completion: Completion, board: Board) -> ReportLine:
    return report_line.report_line(completion, board, catalog().jurisdictions[board.state].hour_minutes or 60)


def _completions(board: Board, *where: ColumnElement[bool]) -> list[Completion]:
    by_area = [id_ for id_, course in board.courses.items() if course.by_area]
    completions: dict[int, Completion] = {}
    for row in db.session.execute(_newest_certificates(board, with_modules=bool(by_area)).where(*where)):
        if row.id not in completions:  # the license named in the request comes before others in the same state
            completions[row.id] = _completion(row, by_area=row.course_id in by_area)
    return sorted(completions.values(), key=lambda one: (one.completed_on, one.certificate_id))


def _newest_certificates(board: Board, *, with_modules: bool) -> Any:
    """Return a select of each award's newest certificate, the holder's licenses in the board's state and its report."""
    award = and_(
        Report.user_id == Certificate.user_id,
        Report.course_id == Certificate.course_id,
        Report.cycle == Certificate.cycle,
        Report.board == board.key,
    )
    own = and_(
        License.user_id == Certificate.user_id,
        License.jurisdiction == board.state,
        or_(License.removed_at.is_(None), License.id == Request.license_id),
    )
    erased = and_(User.closed_at.is_not(None), User.kept_until.is_(None))
    return (
        select(
            *(Certificate.id, Certificate.code, Certificate.user_id, Certificate.course_id, Certificate.cycle),
            Certificate.name,
            Certificate.facts["name_parts"].as_json().label("name_parts"),
            *(User.name_parts.label("own_parts"), User.confirmed_one_name),
            COMPLETED_ON.label("completed_on"),
            (Certificate.facts["modules"].as_json() if with_modules else null()).label("modules"),
            Revocation.id.is_not(None).label("revoked"),
            *(License.profession, License.number, License.expires_on),
            *(Report.certificate_id, Report.record, Report.state, Report.message),
        )
        .join(User, User.id == Certificate.user_id)
        .outerjoin(Revocation, Revocation.certificate_id == Certificate.id)
        .outerjoin(Request, Request.id == Certificate.request_id)
        .outerjoin(License, own)
        .outerjoin(Report, award)
        .where(~exists().where(_successor.supersedes_id == Certificate.id), ~User.is_demo, ~erased)
        .where(or_(License.id.is_not(None), Report.id.is_not(None)))
        .order_by(Certificate.id, License.id != Request.license_id, License.id)
    )


def _completion(row: Any, *, by_area: bool) -> Completion:
    license_ = row.number and BoardLicense(profession=row.profession, number=row.number, expires_on=row.expires_on)
    reported = row.state and EarlierReport(
        certificate_id=row.certificate_id, record=row.record, stage=Stage(row.state), message=row.message
    )
    parts = NameParts.from_json(row.name_parts) if row.name_parts else parts_of(row.name, row.own_parts)
    return Completion(
        certificate_id=row.id,
        code=row.code,
        user_id=row.user_id,
        course_id=row.course_id,
        cycle=row.cycle,
        name=row.name,
        name_parts=parts,
        one_name_confirmed=parts is not None and parts.family == row.confirmed_one_name,
        completed_on=date.fromisoformat(row.completed_on),
        revoked=bool(row.revoked),
        license=license_ or None,
        minutes=_minutes_by_domain(row.modules) if by_area else {},
        reported=reported or None,
    )


def _minutes_by_domain(modules: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    minutes: dict[str, int] = {}
    for module in modules:
        minutes[module["domain"]] = minutes.get(module["domain"], 0) + module["minutes"]
    return minutes


def digest(ready: Sequence[ReadyCompletion]) -> str:
    """Return the digest of what a file would say, to make sure that an administrator saw what is sent."""
    return digest_of(*(f"{one.completion.certificate_id} {one.line}" for one in ready))


def upload_key() -> str:
    return site().config.board_upload_key


def report_file(board: Board, format_: Format, ready: Sequence[ReadyCompletion], *, test: bool = False) -> bytes:
    if format_ == "csv":
        return csv_table.write(_table_rows(board, [one.completion for one in ready]), board)
    lines = [one.line for one in ready]
    if format_ == "sheet":
        return ce_broker_sheet.write(lines)
    parent = (board.parent_number or board.provider_number or "").removeprefix("50-")
    return ce_broker_xml.write(lines, parent=parent, upload_key=upload_key(), test=test)


def _table_rows(board: Board, completions: Sequence[Completion]) -> list[TableRow]:
    facts_of, on_record = _facts_of([one.certificate_id for one in completions]), approvals.on_record()
    return [
        TableRow(one, facts, _approvals_text(board.state, facts, on_record.get(one.course_id, [])))
        for one in completions
        for facts in (facts_of[one.certificate_id],)
    ]


def _approvals_text(state: str, facts: Facts, on_record: Sequence[Approval]) -> str:
    """Return the state's approvals that the certificate names, with their days if those are on record."""
    held = [one for one in reversed(on_record) if one.first_day <= facts.completed_on <= one.last_day]
    days = {one.name: f" ({one.first_day} to {one.last_day})" for one in held}
    named = (f"{one.approver} {one.number}".strip() for one in facts.approvals if one.state == state)
    return "; ".join(name + days.get(name, "") for name in named)


def _facts_of(ids: Sequence[int]) -> dict[int, Facts]:
    facts_of: dict[int, Facts] = {}
    for start in range(0, len(ids), BATCH_SIZE):
        rows = db.session.execute(
            select(Certificate.id, Certificate.facts).where(Certificate.id.in_(ids[start : start + BATCH_SIZE]))
        )
        facts_of |= {id_: Facts.from_json(facts) for id_, facts in rows}
    return facts_of


def report_of(board: Board, completion: Completion) -> Report:
    return db.session.scalars(
        select(Report).filter_by(
            board=board.key, user_id=completion.user_id, course_id=completion.course_id, cycle=completion.cycle
        )
    ).one()


def find_report(board: Board, completion: Completion) -> Report | None:
    return report_of(board, completion) if completion.reported else None


def roster_with(report: Report) -> Roster:
    """Return the last file that had the report."""
    return db.session.get_one(Roster, report.roster_id)


def reports_in(roster: Roster) -> Sequence[Report]:
    return db.session.scalars(select(Report).filter_by(roster_id=roster.id).order_by(Report.id)).all()


def roster_of(code: UUID, *, with_file: bool = False) -> Roster:
    """Return the roster. `with_file`: load the file that was sent and the receipt, too. Raise NotFound."""
    roster = select(Roster).filter_by(code=code)
    return one_or_404(roster.options(undefer(Roster.file), undefer(Roster.receipt)) if with_file else roster)


def rosters(board: Board, *, page: int, size: int) -> Page[Roster]:
    """Return one page of the board's files, newest first."""
    return page_of(select(Roster).filter_by(board=board.key).order_by(Roster.id.desc()), number=page, size=size)


def rows_in(roster: Roster, *, page: int, size: int) -> Page[Any]:
    """Return one page of (report, certificate's code, name), without reports that were sent again in a later file."""
    total = db.session.scalars(select(func.count(Report.id)).filter_by(roster_id=roster.id)).one()
    rows = db.session.execute(
        select(Report, Certificate.code, Certificate.name)
        .join(Certificate, Certificate.id == Report.certificate_id)
        .where(Report.roster_id == roster.id)
        .order_by(Report.id)
        .offset((page - 1) * size)
        .limit(size)
    ).all()
    return Page(rows, page, total, size)


def count_by_stage(roster: Roster) -> dict[Stage, int]:
    rows = db.session.execute(
        select(Report.state, func.count(Report.id)).where(Report.roster_id == roster.id).group_by(Report.state)
    )
    return {Stage(state): count for state, count in rows}

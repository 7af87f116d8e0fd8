from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, func, null, or_, select
from sqlalchemy.orm import aliased, undefer

from course.certificates.approvals import queries as approvals
from course.certificates.approvals.models import Approval
from course.certificates.issuing.facts import Facts
from course.certificates.issuing.models import Certificate, Request, Revocation
from course.content.base import digest_of
from course.content.queries import catalog
from course.content.schema.boards import Board, Format
from course.people.accounts.models import License, User
from course.platform import db
from course.platform.web import NotFound
from course.reporting.boards import lines, sheet, table
from course.reporting.boards import roster as rosters_xml
from course.reporting.boards import status as statuses
from course.reporting.boards.lines import Line
from course.reporting.boards.models import Report, Roster
from course.reporting.boards.status import Completion, Judged, Reported, Stage, Status
from course.site import site

BATCH = 500
_successor = aliased(Certificate)


@dataclass(frozen=True)
class Ready:
    """A completion that can be sent, with its line."""

    completion: Completion
    line: Line


def board_of(key: str) -> Board:
    try:
        return catalog().boards[key]
    except KeyError:
        raise NotFound from None


def judged(board: Board) -> list[Judged]:
    """Every completion that the board may ask for, or has, oldest first; nobody of the demonstration."""
    every = [statuses.judge(completion, board) for completion in _completions(board)]
    ready = (one.completion for one in every if one.status is Status.READY)
    record_of = {completion.certificate_id: _line(completion, board).key for completion in ready}
    return statuses.apart(every, record_of)


def ready(board: Board) -> list[Ready]:
    found = (one.completion for one in judged(board) if one.status is Status.READY)
    return [Ready(completion, _line(completion, board)) for completion in found]


def judged_of(board: Board, code: str) -> Judged:
    for one in judged(board):
        if one.completion.code == code:
            return one
    raise NotFound


def _line(completion: Completion, board: Board) -> Line:
    return lines.line(completion, board, catalog().jurisdictions[board.state].hour_minutes or 60)


def _completions(board: Board) -> list[Completion]:
    by_area = [id_ for id_, course in board.courses.items() if course.by_area]
    found: dict[int, Completion] = {}
    for row in db.session.execute(_newest(board, with_modules=bool(by_area))):
        if row.id not in found:  # of several licenses in the state, the first is the one that it was asked for with
            found[row.id] = _completion(row, by_area=row.course_id in by_area)
    return sorted(found.values(), key=lambda one: (one.completed_on, one.certificate_id))


def _newest(board: Board, *, with_modules: bool) -> Any:
    """Each award's newest certificate, with the holder's licenses in the board's state and what was reported."""
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
            Certificate.facts["completed_on"].as_string().label("completed_on"),
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
    license_ = row.number and statuses.License(profession=row.profession, number=row.number, expires_on=row.expires_on)
    reported = row.state and Reported(
        certificate_id=row.certificate_id, record=row.record, stage=Stage(row.state), message=row.message
    )
    return Completion(
        certificate_id=row.id,
        code=row.code,
        user_id=row.user_id,
        course_id=row.course_id,
        cycle=row.cycle,
        name=row.name,
        completed_on=date.fromisoformat(row.completed_on),
        revoked=bool(row.revoked),
        license=license_ or None,
        minutes=_by_domain(row.modules) if by_area else {},
        reported=reported or None,
    )


def _by_domain(modules: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for module in modules:
        found[module["domain"]] = found.get(module["domain"], 0) + module["minutes"]
    return found


def digest(entries: Sequence[Ready]) -> str:
    """Of what a file would say, so that what is sent is what was looked at."""
    return digest_of(*(f"{entry.completion.certificate_id} {entry.line}" for entry in entries))


def upload_key() -> str:
    return site().config.board_upload_key


def file_of(board: Board, format_: Format, entries: Sequence[Ready], *, test: bool = False) -> bytes:
    if format_ == "csv":
        return table.write(_entries(board, [entry.completion for entry in entries]), board)
    wanted = [entry.line for entry in entries]
    if format_ == "sheet":
        return sheet.write(wanted)
    parent = (board.parent_number or board.provider_number or "").removeprefix("50-")
    return rosters_xml.write(wanted, parent=parent, upload_key=upload_key(), test=test)


def _entries(board: Board, completions: Sequence[Completion]) -> list[table.Entry]:
    facts_of, on_record = _facts_of([one.certificate_id for one in completions]), approvals.on_record()
    return [
        table.Entry(one, facts, _approved(board.state, facts, on_record.get(one.course_id, [])))
        for one in completions
        for facts in (facts_of[one.certificate_id],)
    ]


def _approved(state: str, facts: Facts, on_record: Sequence[Approval]) -> str:
    """The approvals of the state that the certificate names, with their days as far as those are on record."""
    held = [one for one in reversed(on_record) if one.first_day <= facts.completed_on <= one.last_day]
    days = {one.name: f" ({one.first_day} to {one.last_day})" for one in held}
    named = (f"{one.approver} {one.number}".strip() for one in facts.approvals if one.state == state)
    return "; ".join(name + days.get(name, "") for name in named)


def _facts_of(ids: Sequence[int]) -> dict[int, Facts]:
    found: dict[int, Facts] = {}
    for start in range(0, len(ids), BATCH):
        rows = db.session.execute(
            select(Certificate.id, Certificate.facts).where(Certificate.id.in_(ids[start : start + BATCH]))
        )
        found |= {id_: Facts.from_json(facts) for id_, facts in rows}
    return found


def report_of(board: Board, completion: Completion) -> Report:
    return db.session.scalars(
        select(Report).filter_by(
            board=board.key, user_id=completion.user_id, course_id=completion.course_id, cycle=completion.cycle
        )
    ).one()


def find_report(board: Board, completion: Completion) -> Report | None:
    return report_of(board, completion) if completion.reported else None


def roster_with(report: Report) -> Roster:
    """The last file that it was in."""
    return db.session.get_one(Roster, report.roster_id)


def reports_in(roster: Roster) -> Sequence[Report]:
    return db.session.scalars(select(Report).filter_by(roster_id=roster.id).order_by(Report.id)).all()


def roster_of(code: UUID, *, with_file: bool = False) -> Roster:
    """`with_file`: with what was sent and what came back."""
    wanted = select(Roster).filter_by(code=code)
    if with_file:
        wanted = wanted.options(undefer(Roster.file), undefer(Roster.receipt))
    found = db.session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound
    return found


def rosters(board: Board, *, page: int, size: int) -> tuple[Sequence[Roster], int]:
    """Files made for the board, newest first, and how many pages there are."""
    total = db.session.scalars(select(func.count(Roster.id)).filter_by(board=board.key)).one()
    found = db.session.scalars(
        select(Roster).filter_by(board=board.key).order_by(Roster.id.desc()).offset((page - 1) * size).limit(size)
    ).all()
    return found, max(1, -(-total // size))


def rows_in(roster: Roster, *, page: int, size: int) -> tuple[Sequence[Any], int]:
    """(report, certificate's code, name) of the completions whose last file this is, and how many pages there are."""
    total = db.session.scalars(select(func.count(Report.id)).filter_by(roster_id=roster.id)).one()
    found = db.session.execute(
        select(Report, Certificate.code, Certificate.name)
        .join(Certificate, Certificate.id == Report.certificate_id)
        .where(Report.roster_id == roster.id)
        .order_by(Report.id)
        .offset((page - 1) * size)
        .limit(size)
    ).all()
    return found, max(1, -(-total // size))


def count_by_stage(roster: Roster) -> dict[Stage, int]:
    rows = db.session.execute(
        select(Report.state, func.count(Report.id)).where(Report.roster_id == roster.id).group_by(Report.state)
    )
    return {Stage(state): count for state, count in rows}

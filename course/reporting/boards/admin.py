"""Reports to boards: the status of each completion, the report files, and the receipts that come back."""

from collections import Counter
from uuid import UUID

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.certificates.issuing import queries as certificates
from course.content.queries import catalog
from course.content.schema.boards import Board
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.downloads import download
from course.platform.forms import form_page, go_to, refuse_field
from course.platform.queries import found_or_404, page_from, page_number
from course.platform.sent_forms import once
from course.platform.web import Refused, takes_files
from course.reporting.boards import actions, queries
from course.reporting.boards.actions import ReceiptOutcome
from course.reporting.boards.forms import AcceptAllForm, DecideForm, ReceiptForm, ReportFileForm
from course.reporting.boards.models import Roster
from course.reporting.boards.status import OPEN, Decision, Status

bp = Blueprint("boards_admin", __name__, url_prefix="/admin/boards")
PAGE_SIZE = 25
MAX_RECEIPT_MB = 11
NAMED_UNKNOWN_RECORDS = 5
FILE_TYPES = {
    "sheet": ("xls", "application/vnd.ms-excel"),
    "xml": ("xml", "application/xml"),
    "csv": ("csv", "text/csv"),
}
BADGE_KINDS = {
    Status.READY: "info",
    Status.BLOCKED: "warn",
    Status.REJECTED: "danger",
    Status.CORRECTION: "danger",
    Status.ACCEPTED: "ok",
}


@bp.get("/")
@requires(Permission.BOARDS)
def overview() -> ResponseReturnValue:
    today = clock.now().date()
    statuses_of = {board.key: queries.report_statuses(board) for board in catalog().boards.values()}
    return render_template(
        "reporting/boards/overview.html",
        boards=catalog().boards.values(),
        counts={key: Counter(one.status for one in statuses) for key, statuses in statuses_of.items()},
        late={key: sum(one.is_late(today) for one in statuses) for key, statuses in statuses_of.items()},
        statuses=list(Status),
    )


@bp.get("/<key>/")
@requires(Permission.BOARDS)
def board(key: str) -> ResponseReturnValue:
    board_ = queries.board_of(key)
    every = queries.report_statuses(board_)
    chosen = next((status for status in Status if status == request.args.get("status")), None)
    listed = [one for one in every if one.status is chosen or (chosen is None and one.status in OPEN)]
    return render_template(
        "reporting/boards/board.html",
        board=board_,
        counts=Counter(one.status for one in every),
        chosen=chosen,
        page=page_from(listed, number=page_number(), size=PAGE_SIZE),
        statuses=list(Status),
        open_statuses=OPEN,
        kinds=BADGE_KINDS,
        today=clock.now().date(),
        title_of=_title_of,
    )


def _title_of(course_id: str) -> str:
    course = catalog().courses.get(course_id)
    return course.title if course else course_id


@bp.route("/<key>/file", methods=["GET", "POST"])
@requires(Permission.BOARDS, fresh=True)
@once
def make(key: str) -> ResponseReturnValue:
    board_ = queries.board_of(key)
    form = ReportFileForm(board_.formats)
    if not form.validate_on_submit():
        return _make_page(board_, form)
    try:
        made = actions.create_files(board_, form.format.data, shown=form.shown.data, actor=me(), now=clock.now())
    except Refused as refusal:
        refuse_field(form.format, refusal)
        return _make_page(board_, form, refusal)
    if len(made) == 1:
        flash("File created. Download it and send it to the board: its completions are marked as sent.", "ok")
        return go_to(url_for(".roster", code=made[0].code))
    flash(f"{len(made)} files created. Download and send them all: their completions are marked as sent.", "ok")
    return go_to(url_for(".rosters", key=board_.key))


def _make_page(board_: Board, form: ReportFileForm, refusal: Refused | None = None) -> ResponseReturnValue:
    ready = queries.ready_completions(board_)
    form.shown.data = queries.digest(ready)
    if len(board_.formats) == 1:
        form.format.data = board_.formats[0]
    return form_page(
        "reporting/boards/make.html",
        refusal=refusal,
        board=board_,
        form=form,
        ready=ready[:PAGE_SIZE],
        total=len(ready),
        left_out_of_xml=len(ready) - len(queries.ready_for("xml", ready)) if "xml" in board_.formats else 0,
        max_per_file=actions.MAX_COMPLETIONS_PER_FILE,
        has_upload_key=bool(queries.upload_key()),
    )


@bp.get("/<key>/test.xml")
@requires(Permission.BOARDS)
def test_file(key: str) -> ResponseReturnValue:
    """Return the ready completions as XML that the service only tests. Nothing is marked as sent."""
    board_ = queries.board_of(key)
    format_ = actions.require_format(board_, "xml")
    ready = queries.ready_for(format_, queries.ready_completions(board_))
    data = queries.report_file(board_, format_, ready, test=True)
    return _file(data, format_, f"{board_.key}-test")


def _file(data: bytes, format_: str, name: str) -> Response:
    ending, media_type = FILE_TYPES[format_]
    return download(data, media_type, f"{name}.{ending}")


@bp.get("/<key>/files/")
@requires(Permission.BOARDS)
def rosters(key: str) -> ResponseReturnValue:
    board_ = queries.board_of(key)
    page = queries.rosters(board_, page=page_number(), size=PAGE_SIZE)
    return render_template("reporting/boards/rosters.html", board=board_, page=page)


@bp.get("/files/<uuid:code>")
@requires(Permission.BOARDS)
def roster(code: UUID) -> ResponseReturnValue:
    return _roster_page(queries.roster_of(code), ReceiptForm(formdata=None), AcceptAllForm(formdata=None), 200)


def _roster_page(roster_: Roster, form: ReceiptForm, accept: AcceptAllForm, status: int) -> ResponseReturnValue:
    page = render_template(
        "reporting/boards/roster.html",
        roster=roster_,
        board=catalog().boards.get(roster_.board),
        counts=queries.count_by_stage(roster_),
        page=queries.rows_in(roster_, page=page_number(), size=PAGE_SIZE),
        form=form,
        accept=accept,
        kinds=BADGE_KINDS,
    )
    return page, status


@bp.get("/files/<uuid:code>/file")
@requires(Permission.BOARDS, fresh=True)
def file(code: UUID) -> ResponseReturnValue:
    """Return the file exactly as it was created."""
    roster_ = queries.roster_of(code, with_file=True)
    return _file(roster_.file, roster_.format, _file_name(roster_))


def _file_name(roster_: Roster) -> str:
    return f"{roster_.board}-{roster_.made_at:%Y-%m-%d}-{str(roster_.code)[:8]}"


@bp.get("/files/<uuid:code>/receipt")
@requires(Permission.BOARDS)
def receipt(code: UUID) -> ResponseReturnValue:
    """Return the receipt exactly as it came back."""
    roster_ = queries.roster_of(code, with_file=True)
    return _file(found_or_404(roster_.receipt), "xml", f"{_file_name(roster_)}-receipt")


@bp.post("/files/<uuid:code>/receipt")
@requires(Permission.BOARDS)
@once
@takes_files(megabytes=MAX_RECEIPT_MB)
def read_receipt(code: UUID) -> ResponseReturnValue:
    roster_, form = queries.roster_of(code), ReceiptForm()
    if not form.validate_on_submit():
        return _roster_page(roster_, form, AcceptAllForm(formdata=None), 422)
    try:
        outcome = actions.read_receipt(roster_, form.receipt.data.read(), actor=me(), now=clock.now())
    except Refused as refusal:
        refuse_field(form.receipt, refusal)
        return _roster_page(roster_, form, AcceptAllForm(formdata=None), refusal.status)
    for kind, message in _outcome_messages(outcome):
        flash(message, kind)
    return go_to(url_for(".roster", code=code))


def _outcome_messages(outcome: ReceiptOutcome) -> list[tuple[str, str]]:
    messages = [("ok", f"{outcome.accepted} accepted, {outcome.rejected} rejected.")]
    if outcome.decided:
        messages.append(("info", f"{outcome.decided} had an answer before and did not change."))
    if outcome.waiting:
        messages.append(("warn", f"{outcome.waiting} in this file still have no answer."))
    if outcome.unknown:
        more = "; …" if len(outcome.unknown) > NAMED_UNKNOWN_RECORDS else ""
        named = "; ".join(outcome.unknown[:NAMED_UNKNOWN_RECORDS]) + more
        messages.append(("warn", f"{len(outcome.unknown)} in the receipt are not in this file: {named}"))
    return messages


@bp.post("/files/<uuid:code>/accepted")
@requires(Permission.BOARDS)
@once
def accept_all(code: UUID) -> ResponseReturnValue:
    roster_, form = queries.roster_of(code), AcceptAllForm()
    if not form.validate_on_submit():
        return _roster_page(roster_, ReceiptForm(formdata=None), form, 422)
    count = actions.accept_all(roster_, form.reason.data.strip(), actor=me(), now=clock.now())
    flash(f"{count} {'completion' if count == 1 else 'completions'} marked as accepted.", "ok")
    return go_to(url_for(".roster", code=code))


@bp.route("/<key>/completions/<code>", methods=["GET", "POST"])
@requires(Permission.BOARDS, fresh=True)
@once
def completion(key: str, code: str) -> ResponseReturnValue:
    board_, code = queries.board_of(key), certificates.certificate_of(code).code
    status = queries.report_status_of(board_, code)
    form = DecideForm(status.decisions)
    if form.validate_on_submit():
        decision = Decision(form.decision.data)
        actions.decide(board_, code, decision, form.reason.data.strip(), actor=me(), now=clock.now())
        flash("Decision saved.", "ok")
        return go_to(url_for(".completion", key=key, code=code))
    report = queries.find_report(board_, status.completion)
    return form_page(
        "reporting/boards/completion.html",
        board=board_,
        status=status,
        report=report,
        roster=queries.roster_with(report) if report else None,
        form=form,
        kinds=BADGE_KINDS,
        today=clock.now().date(),
        title_of=_title_of,
    )

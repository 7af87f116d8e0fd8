"""Reports to boards: where each completion stands, the files made of what is ready, and the receipts that come back."""

from collections import Counter
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.content.queries import catalog
from course.content.schema.boards import Board
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.queries import page_number
from course.platform.web import NotFound, Refused, takes_files
from course.reporting.boards import actions, queries
from course.reporting.boards.actions import Outcome
from course.reporting.boards.forms import AcceptAllForm, DecideForm, MakeForm, ReceiptForm
from course.reporting.boards.status import OPEN, Decision, Status

bp = Blueprint("boards_admin", __name__, url_prefix="/admin/boards")
PAGE = 25
TYPES = {"sheet": ("xls", "application/vnd.ms-excel"), "xml": ("xml", "application/xml"), "csv": ("csv", "text/csv")}
KINDS = {
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
    found = {board.key: queries.judged(board) for board in catalog().boards.values()}
    return render_template(
        "reporting/boards/overview.html",
        boards=catalog().boards.values(),
        counts={key: Counter(one.status for one in judged) for key, judged in found.items()},
        late={key: sum(one.is_late(today) for one in judged) for key, judged in found.items()},
        statuses=list(Status),
    )


@bp.get("/<key>/")
@requires(Permission.BOARDS)
def board(key: str) -> ResponseReturnValue:
    found, page = queries.board_of(key), page_number()
    judged = queries.judged(found)
    wanted = next((status for status in Status if status == request.args.get("status")), None)
    shown = [one for one in judged if one.status is wanted or (wanted is None and one.status in OPEN)]
    return render_template(
        "reporting/boards/board.html",
        board=found,
        counts=Counter(one.status for one in judged),
        wanted=wanted,
        judged=shown[(page - 1) * PAGE : page * PAGE],
        total=len(shown),
        statuses=list(Status),
        kinds=KINDS,
        today=clock.now().date(),
        title_of=_title_of,
        page=page,
        pages=max(1, -(-len(shown) // PAGE)),
    )


def _title_of(course_id: str) -> str:
    course = catalog().courses.get(course_id)
    return course.title if course else course_id


@bp.route("/<key>/file", methods=["GET", "POST"])
@requires(Permission.BOARDS)
def make(key: str) -> ResponseReturnValue:
    found = queries.board_of(key)
    form = MakeForm(found.formats)
    if not form.validate_on_submit():
        return _make_page(found, form, 422 if request.method == "POST" else 200)
    try:
        made = actions.make(found, form.format.data, shown=form.shown.data, actor=me(), now=clock.now())
    except Refused as refusal:
        form.format.errors = [refusal.message]
        return _make_page(found, form, refusal.status)
    words = "The file is made" if len(made) == 1 else f"{len(made)} files are made"
    flash(f"{words} and marked as sent. Download it here and give it to the board.", "ok")
    return redirect(
        url_for(".roster", code=made[0].code) if len(made) == 1 else url_for(".rosters", key=found.key), 303
    )


def _make_page(found: Board, form: MakeForm, status: int) -> ResponseReturnValue:
    entries = queries.ready(found)
    form.shown.data = queries.digest(entries)
    if len(found.formats) == 1:
        form.format.data = found.formats[0]
    page = render_template(
        "reporting/boards/make.html",
        board=found,
        form=form,
        entries=entries[:PAGE],
        total=len(entries),
        most=actions.MOST,
        has_upload_key=bool(queries.upload_key()),
    )
    return page, status


@bp.get("/<key>/test.xml")
@requires(Permission.BOARDS)
def test_file(key: str) -> ResponseReturnValue:
    """What is ready as XML by which the service only tests; it marks nothing as sent."""
    found = queries.board_of(key)
    kind = actions.require_format(found, "xml")
    return _file(queries.file_of(found, kind, queries.ready(found), test=True), kind, f"{found.key}-test")


def _file(data: bytes, format_: str, name: str) -> Response:
    ending, mimetype = TYPES[format_]
    headers = {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}
    return Response(data, mimetype=mimetype, headers=headers)


@bp.get("/<key>/files/")
@requires(Permission.BOARDS)
def rosters(key: str) -> ResponseReturnValue:
    found, page = queries.board_of(key), page_number()
    made, pages = queries.rosters(found, page=page, size=PAGE)
    return render_template("reporting/boards/rosters.html", board=found, rosters=made, page=page, pages=pages)


@bp.get("/files/<uuid:code>")
@requires(Permission.BOARDS)
def roster(code: UUID) -> ResponseReturnValue:
    return _roster_page(code, ReceiptForm(formdata=None), AcceptAllForm(formdata=None), 200)


def _roster_page(code: UUID, form: ReceiptForm, accept: AcceptAllForm, status: int) -> ResponseReturnValue:
    found, page = queries.roster_of(code), page_number()
    rows, pages = queries.rows_in(found, page=page, size=PAGE)
    shown = render_template(
        "reporting/boards/roster.html",
        roster=found,
        board=catalog().boards.get(found.board),
        counts=queries.count_by_stage(found),
        rows=rows,
        form=form,
        accept=accept,
        kinds=KINDS,
        page=page,
        pages=pages,
    )
    return shown, status


@bp.get("/files/<uuid:code>/file")
@requires(Permission.BOARDS)
def file(code: UUID) -> ResponseReturnValue:
    """The file as it was made, to the byte."""
    found = queries.roster_of(code, with_file=True)
    return _file(found.file, found.format, f"{found.board}-{found.made_at:%Y-%m-%d}-{str(code)[:8]}")


@bp.get("/files/<uuid:code>/receipt")
@requires(Permission.BOARDS)
def receipt(code: UUID) -> ResponseReturnValue:
    """The receipt as it came back, to the byte."""
    found = queries.roster_of(code, with_file=True)
    if found.receipt is None:
        raise NotFound
    return _file(found.receipt, "xml", f"{found.board}-{found.made_at:%Y-%m-%d}-{str(code)[:8]}-receipt")


@bp.post("/files/<uuid:code>/receipt")
@requires(Permission.BOARDS)
@takes_files(megabytes=11)
def read_receipt(code: UUID) -> ResponseReturnValue:
    form = ReceiptForm()
    if not form.validate_on_submit():
        return _roster_page(code, form, AcceptAllForm(formdata=None), 422)
    try:
        outcome = actions.read_receipt(queries.roster_of(code), form.receipt.data.read(), actor=me(), now=clock.now())
    except Refused as refusal:
        form.receipt.errors = [refusal.message]
        return _roster_page(code, form, AcceptAllForm(formdata=None), refusal.status)
    for kind, words in _told(outcome):
        flash(words, kind)
    return redirect(url_for(".roster", code=code), 303)


def _told(outcome: Outcome) -> list[tuple[str, str]]:
    words = [("ok", f"{outcome.accepted} accepted, {outcome.rejected} rejected.")]
    if outcome.decided:
        words.append(("info", f"{outcome.decided} had their answer already; it stands."))
    if outcome.waiting:
        words.append(("warn", f"{outcome.waiting} of this file still wait for an answer."))
    if outcome.unknown:
        named = "; ".join(outcome.unknown[:5]) + ("; …" if len(outcome.unknown) > 5 else "")
        words.append(("warn", f"{len(outcome.unknown)} of the receipt are not in this file: {named}"))
    return words


@bp.post("/files/<uuid:code>/accepted")
@requires(Permission.BOARDS)
def accept_all(code: UUID) -> ResponseReturnValue:
    form = AcceptAllForm()
    if not form.validate_on_submit():
        return _roster_page(code, ReceiptForm(formdata=None), form, 422)
    count = actions.accept_all(queries.roster_of(code), form.reason.data.strip(), actor=me(), now=clock.now())
    flash(f"{count} {'completion' if count == 1 else 'completions'} noted as accepted.", "ok")
    return redirect(url_for(".roster", code=code), 303)


@bp.route("/<key>/completions/<code>", methods=["GET", "POST"])
@requires(Permission.BOARDS)
def completion(key: str, code: str) -> ResponseReturnValue:
    found = queries.board_of(key)
    judged = queries.judged_of(found, code)
    form = DecideForm(judged.decisions)
    if form.validate_on_submit():
        decision = Decision(form.decision.data)
        actions.decide(found, code, decision, form.reason.data.strip(), actor=me(), now=clock.now())
        flash("Noted.", "ok")
        return redirect(url_for(".completion", key=key, code=code), 303)
    report = queries.find_report(found, judged.completion)
    page = render_template(
        "reporting/boards/completion.html",
        board=found,
        judged=judged,
        report=report,
        roster=queries.roster_with(report) if report else None,
        form=form,
        kinds=KINDS,
        today=clock.now().date(),
        title_of=_title_of,
    )
    return page, 422 if request.method == "POST" else 200
